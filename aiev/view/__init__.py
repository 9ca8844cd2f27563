"""How people look at conversations."""
