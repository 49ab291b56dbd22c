"""`qfops.yaml` and the project's YAML files: the environment that is chosen, and its settings.

Imports every room below it: `yaml`, `schema`, `variables`, `resources`, and the flat modules at the bottom.
"""
