"""The objects that the console holds: the file they are kept in, one account's view, pages, actions on them.

It imports the vocabulary only.
"""
