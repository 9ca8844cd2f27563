"""Keeps the head and the tail of what a stream carries, so that a flood costs no memory."""

from __future__ import annotations


class Capture:
    """Keeps the first and the last half of `limit` bytes of a stream."""

    def __init__(self, limit: int) -> None:
        self.half = max(1, limit // 2)
        self.head, self.tail, self.size = b"", b"", 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self.size += len(data)
        room = self.half - len(self.head)
        self.head += data[:room]
        if len(data) > room:
            self.tail = (self.tail + data[room:])[-self.half :]

    @property
    def cut(self) -> int:
        """Bytes that were not kept."""
        return self.size - len(self.head) - len(self.tail)

    def text(self) -> str:
        """What was kept, with a mark where the middle is missing."""
        if not self.cut:
            return (self.head + self.tail).decode("utf-8", "replace")
        head, tail = self.head.decode("utf-8", "replace"), self.tail.decode("utf-8", "replace")
        return f"{head}\n… [{self.cut} bytes cut] …\n{tail}"
