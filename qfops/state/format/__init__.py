"""State and journal as bytes: lines, entries, records, the snapshot. Pure; no disk, no clock."""
