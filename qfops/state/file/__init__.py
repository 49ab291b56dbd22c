"""The store that keeps state in files: folder, journal, lease, heartbeat, history, and their session.

Imports `format` and the flat modules of state, which do not know it.
"""
