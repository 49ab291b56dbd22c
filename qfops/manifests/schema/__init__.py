"""Judging one value by its schema, and saying what is wrong in a user's words."""
