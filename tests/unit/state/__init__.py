"""Tests of the state: formats by tables, the lease by a clock of its own and by real processes."""
