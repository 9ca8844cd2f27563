"""The one writer: queue, thread, statements."""
