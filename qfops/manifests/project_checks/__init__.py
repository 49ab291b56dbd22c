"""What can only be judged of the project as a whole: dangling references, cycles, doubles, address maps.

The highest room of manifests: it may import all others; only the flat modules on top import it.
"""
