"""The plan as values: actions, steps, changes, approval words, events. It may import all other nouns."""
