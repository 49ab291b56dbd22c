"""One resource, three sides: what each attribute was, is and should be, and what follows from it.

Imports `context` and `policy` only; it knows no action.
"""
