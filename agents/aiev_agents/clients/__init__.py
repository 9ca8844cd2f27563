"""What answers: clients of chat models."""
