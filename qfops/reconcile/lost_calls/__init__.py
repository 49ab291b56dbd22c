"""What became of a call whose answer is missing: where it is looked up and what was found.

Imports the run and what stands below it; it sends nothing that changes anything.
"""
