"""An endpoint of fixed latency for the benchmarks, in a process of its own: `python endpoint.py SECONDS`.

Speaks as much HTTP/1.1 and chat completions as a client needs, on asyncio alone, so that the server's own work stays
small beside the client's. Plays one dialogue of four replies: a problem, a wrong program, a description, a right one.
Prints its port, and at its end how many requests it has answered.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys

PROBLEM = "Write a Python function `add(a, b)` that returns the sum of two whole numbers." + " Explain it." * 20
PROSE = "The function has to return the sum of both of its arguments, whatever their signs are.\n\n" * 4
PROGRAM = (
    PROSE
    + """```python
def add(a, b):
    return EXPRESSION  # number ########
```

Unit tests:
```python
assert add(1, 2) == 3
```"""
)
DESCRIPTION = "The program subtracts the second argument instead of adding it, so the first assertion fails. " * 2
NUMBER = b"########"
"""Stands where a program gets a number of as many digits, so that no two conversations run the same."""
REPORT = b"You report to a programmer"
TEXTS = {
    b"You write programming exercises": PROBLEM,
    REPORT: DESCRIPTION,
    b"Your program was run and failed": PROGRAM.replace("EXPRESSION", "a + b"),
    b"Answer an exercise": PROGRAM.replace("EXPRESSION", "a - b"),
}
"""Replies by what the system prompt says."""


def response(text: str) -> bytes:
    """An answer as it goes over the wire."""
    message = {"role": "assistant", "content": text}
    body = json.dumps(
        {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 700, "completion_tokens": len(text) // 4, "total_tokens": 700 + len(text) // 4},
        }
    ).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


ANSWERS = {words: response(text) for words, text in TEXTS.items()}


class Connection(asyncio.Protocol):
    """One client's connection; requests on it are answered one after another."""

    answered = 0

    def __init__(self, latency: float) -> None:
        self._latency = latency
        self._left = b""
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take whole requests off what has come in."""
        self._left += data
        while (end := self._left.find(b"\r\n\r\n")) >= 0:
            head = self._left[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._left) < end + 4 + length:
                return
            body = self._left[end + 4 : end + 4 + length]
            self._left = self._left[end + 4 + length :]
            answer = next((answer for words, answer in ANSWERS.items() if words in body), ANSWERS[REPORT])
            self._loop.call_later(self._latency, self._answer, answer)

    def _answer(self, answer: bytes) -> None:
        Connection.answered += 1
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer.replace(NUMBER, b"%08d" % Connection.answered))


async def serve(latency: float) -> None:
    """Answer until SIGTERM."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(lambda: Connection(latency), "127.0.0.1", 0, backlog=4096)
    say(server.sockets[0].getsockname()[1])
    await stop.wait()
    server.close()
    say(Connection.answered)


def say(value: object) -> None:
    """Tell the bench something."""
    sys.stdout.write(f"{value}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
