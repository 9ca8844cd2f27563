"""Views for a terminal, as renderables of rich. Printing them is left to `aiev.cli`."""
