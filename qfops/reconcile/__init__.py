"""Between plan and world: observing, settling, carrying out. Only `calls` sends mutating requests."""
