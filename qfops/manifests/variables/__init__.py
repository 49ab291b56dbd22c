"""What is laid over or put into a document before it is a resource: variables, substitution, defaults.

Imports `schema`, and the flat modules at the bottom.
"""
