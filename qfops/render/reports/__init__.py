"""Reports that are no plans: findings, console edits, kinds, the graph, the state. Above `text`."""
