"""What qfops remembers, as values: entries, journal records, the approved plan. It knows nothing of plans."""
