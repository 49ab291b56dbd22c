"""Between plan and world: refreshing, settling, carrying out. Only `apply/calls` sends mutating requests."""
