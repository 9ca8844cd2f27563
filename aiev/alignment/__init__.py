"""Self-alignment: instructions from concepts of seed functions, and the responses that pass their own tests."""
