"""A sandbox that several runs of a module share."""


class Kept:
    """An interpreter that outlives the runs that close it."""

    def __init__(self, interpreter):
        self.name, self.image, self.notice = interpreter.name, interpreter.image, interpreter.notice
        self.execute, self.execute_matrix, self.release = (
            interpreter.execute,
            interpreter.execute_matrix,
            interpreter.release,
        )

    async def close(self):
        """Another test needs it."""
