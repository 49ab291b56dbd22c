"""What is done about one resource: made, changed, replaced, linked, waited for or taken away."""
