"""What the console can do, by generation of its API: one module an area, found by the catalogue.

Imports the world and the vocabulary; only the flat modules of the emulator import it.
"""
