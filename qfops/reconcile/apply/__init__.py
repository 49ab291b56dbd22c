"""The changes of an approved plan, carried out one call after the other."""
