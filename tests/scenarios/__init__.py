"""What a user does, from the first apply to the last destroy, each promise as a test of its own."""
