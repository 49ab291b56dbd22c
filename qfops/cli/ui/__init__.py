"""What a person sees and presses: both streams, progress, errors, interrupts. It knows no command.

The lowest room of the command line: it imports nothing of the others.
"""
