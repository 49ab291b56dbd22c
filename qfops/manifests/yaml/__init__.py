"""YAML text to documents: values of JSON's types only, with the position of every path.

The lowest room of manifests: it imports the flat modules at the bottom (codes, positions, scalars) only.
"""
