"""The way to the console API: signatures, requests, retries, rate, errors, pages. Nothing else calls it."""
