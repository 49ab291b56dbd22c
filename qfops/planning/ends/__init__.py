"""What a plan takes away, and what stays: the ends of objects, each guarded.

Imports `actions`, `diff`, `order` and the flat modules below; only the planner imports it.
"""
