"""A real server on the loopback interface that answers byte by byte, as it is told."""

import asyncio
import contextlib
from dataclasses import dataclass

CUT = "cut"
"""A step: close the connection."""


@dataclass(frozen=True)
class Request:
    """What came."""

    line: str
    headers: dict
    """Names in lower case."""
    body: bytes


def answer(body=b"{}", status="200 OK", **headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class WireServer:
    """Each request gets the steps of the next script, the last one for ever.

    A step is bytes to send, seconds to wait, or CUT. It `reads` each "request" before that, or only its "head", or
    "nothing".
    """

    def __init__(self, *scripts, tls=None, host="127.0.0.1", reads="request"):
        self.scripts = list(scripts)
        self.requests = []
        self.connections = 0
        self.closed = 0
        self._tls = tls
        self._host = host
        self._reads = reads
        self._writers = []
        self._tasks = []

    async def start(self):
        self._server = await asyncio.start_server(self._serve, self._host, 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def url(self, host=None):
        return f"{'https' if self._tls else 'http'}://{host or self._host}:{self.port}/v1"

    async def stop(self):
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()
        await self._server.wait_closed()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def send(self, data):
        """Send bytes on every connection, although nobody asked."""
        for writer in self._writers:
            writer.write(data)
            await writer.drain()

    async def hang_up(self):
        """Close every connection."""
        for writer in self._writers:
            writer.close()

    async def _serve(self, reader, writer):
        self.connections += 1
        self._writers.append(writer)
        self._tasks.append(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            while True:
                if self._reads != "nothing":
                    self.requests.append(await self._read(reader))
                for step in self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]:
                    await self._do(writer, step)
        self.closed += 1
        writer.close()

    async def _do(self, writer, step):
        if step == CUT:
            raise ConnectionAbortedError
        if isinstance(step, bytes):
            writer.write(step)
            await writer.drain()
        else:
            await asyncio.sleep(step)

    async def _read(self, reader):
        line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = int(headers["content-length"]) if self._reads == "request" else 0
        return Request(line, headers, await reader.readexactly(length))
