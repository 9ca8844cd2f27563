"""From configuration to what a run works with: model, interpreter, agents; and what is present on this machine."""
