"""Takes snippets out of source files."""
