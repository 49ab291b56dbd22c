"""What is done about one resource: made, changed, replaced, linked, waited for or taken away.

Imports `diff`, `order` and the flat modules below; only the planner imports it.
"""
