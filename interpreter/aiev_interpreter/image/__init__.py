"""The Docker image in which jobs run."""
