"""Read-only views of the store, by who uses them."""
