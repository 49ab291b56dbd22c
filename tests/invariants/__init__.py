"""What must hold for every kind that there is, and for all of them together."""
