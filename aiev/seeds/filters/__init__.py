"""Filters of seeds: each keeps a snippet, or drops it with a reason that is counted."""
