"""The Docker image that jobs run in."""
