"""Backends: Docker and bubblewrap, the pool of their sandboxes, and the interpreter over them."""
