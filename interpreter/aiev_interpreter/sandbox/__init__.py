"""What runs inside a sandbox, on the standard library alone: the supervisor, and the harness it starts."""
