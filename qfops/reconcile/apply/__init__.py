"""The changes of an approved plan, carried out one call after the other; `calls` alone changes the console.

Imports `lost_calls` and what stands below it; only the workflow imports it.
"""
