"""State and journal as bytes: lines, entries, records, the snapshot. Pure; no disk, no clock.

The lowest room of state: it imports nothing of the others.
"""
