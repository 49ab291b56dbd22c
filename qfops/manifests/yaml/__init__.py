"""YAML text to documents: values of JSON's types only, with the position of every path."""
