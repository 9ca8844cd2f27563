"""The code inside a sandbox, on the standard library alone: the supervisor, the fork server, and the harness."""
