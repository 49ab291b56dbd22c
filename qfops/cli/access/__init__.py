"""Who we are and what we may speak to: keys, endpoints, the console of a project, the run's identity."""
