"""Sources of seeds: what a user names, as a stream of items to read."""
