"""The store: one SQLite file, one writer, and the only place with SQL."""
