"""The nouns of qfops as frozen values, and nothing else: no input, no output, no third-party package."""
