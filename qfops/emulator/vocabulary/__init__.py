"""The words the console is modelled in: error codes, body fields, response facts, knobs, ids, times, faults.

The lowest room of the emulator: it imports nothing of the others.
"""
