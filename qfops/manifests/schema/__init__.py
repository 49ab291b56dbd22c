"""Judging one value by its schema, and saying what is wrong in a user's words.

Imports the flat modules at the bottom only; it knows neither files nor YAML.
"""
