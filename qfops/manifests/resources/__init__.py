"""One document to the resources that it declares: metadata, forEach, references, texts, extra fields.

Imports `yaml`, `schema`, `variables`, and the flat modules at the bottom; it knows one document at a time.
"""
