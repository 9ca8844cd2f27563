"""Captures the head and the tail of a stream, so a flood of output needs little memory."""

from __future__ import annotations


class Capture:
    """Keeps `limit` bytes of a stream: half from its start and half from its end."""

    def __init__(self, limit: int) -> None:
        self.half = max(1, limit // 2)
        self.head, self.tail, self.size = b"", b"", 0

    def feed(self, data: bytes) -> None:
        """Add the next bytes of the stream."""
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
        """The kept text, with a mark where the middle is missing."""
        if not self.cut:
            return (self.head + self.tail).decode("utf-8", "replace")
        head, tail = self.head.decode("utf-8", "replace"), self.tail.decode("utf-8", "replace")
        return f"{head}\n… [{self.cut} bytes cut] …\n{tail}"
