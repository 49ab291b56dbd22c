"""In which order changes and their steps happen, which of them are chosen, and their digests.

Imports `context` and `policy` only; what comes out in bytes is a promise.
"""
