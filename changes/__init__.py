"""Changes that are not in the changelog yet, a file for each; and how they get there."""
