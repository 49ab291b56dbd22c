"""What a person sees and presses: both streams, progress, errors, interrupts. It knows no command."""
