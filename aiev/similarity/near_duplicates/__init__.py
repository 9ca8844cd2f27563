"""Near-duplicates: signatures of texts, the index of those that are kept, and pairs of a set."""
