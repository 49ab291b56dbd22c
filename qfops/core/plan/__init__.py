"""The plan as values: actions, steps, changes, options, events. It may import all other nouns."""
