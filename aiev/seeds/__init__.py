"""Seeds: from source code to the snippets that dialogues begin with."""
