"""`qfops.yaml` and the project's YAML files: the environment that is chosen, and its settings."""
