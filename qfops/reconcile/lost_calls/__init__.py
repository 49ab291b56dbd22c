"""What became of a call whose answer is missing: where it is looked up and what was found."""
