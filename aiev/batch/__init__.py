"""Requests answered through a provider's batch API."""
