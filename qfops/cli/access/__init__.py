"""Who we are and what we may speak to: keys, endpoints, the console of a project, the run's identity.

Imports `ui` and the flat modules that open a project; no command.
"""
