"""One door to the console's objects: everything that reads the console asks here, and nobody else decodes.

It states facts and judges nothing: what a missing object means is for the caller to say. It may import the
nouns and the kinds.
"""
