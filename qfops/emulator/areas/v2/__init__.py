"""The areas of the V2 API, one module each with `ACTIONS` and `KINDS`; helpers start with an underscore.

An area imports the vocabulary, the world and other areas; never the console that calls it.
"""
