"""One document to the resources that it declares: metadata, forEach, references, texts, extra fields."""
