"""From configuration to open parts: model, interpreter, roles."""
