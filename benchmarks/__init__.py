"""Benchmarks: every budget of the design, measured; never a test that fails when the machine is slow."""
