"""One running container, and its supervisor's answers over the attached stream.

Invariants: no call waits beyond its deadline; an error of the daemon is a `SandboxError`, never a verdict. Not covered:
how a container is created, see `docker.py`.
"""

from __future__ import annotations

import contextlib
import json
import select
import time
from typing import TYPE_CHECKING, Any

from aiev_interpreter.backends import outcome
from aiev_interpreter.backends.lines import CHUNK, DeadlineError, LineReader, wait_for
from aiev_interpreter.backends.pool import Answer
from aiev_interpreter.errors import SandboxError
from aiev_interpreter.image.base import FOREIGN

if TYPE_CHECKING:
    import socket

    from docker.models.containers import Container

_FRAME_HEADER = 8


class DockerSandbox:
    """A running container whose supervisor is attached."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._attached: Any = None
        self._buffer = b""
        try:
            self._attached = container.attach_socket(params={"stdin": 1, "stdout": 1, "stderr": 0, "stream": 1})
            self._socket: socket.socket = getattr(self._attached, "_sock", self._attached)
            container.start()
        except BaseException:
            self.close()
            raise
        self._socket.settimeout(None)
        self._lines = LineReader(self._receive)

    def ask(self, request: dict[str, Any], seconds: float) -> Answer:
        """See `Sandbox.ask`."""
        deadline = time.monotonic() + seconds
        try:
            self._socket.settimeout(seconds)
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            line = self._lines.line(deadline)
        except (DeadlineError, TimeoutError):
            self._state()
            return Answer(None)
        except OSError as error:
            raise SandboxError(f"the container's stream broke: {error}") from None
        if line:
            return Answer(outcome.parse_document(line))
        return self._without_answer()

    def _without_answer(self) -> Answer:
        """The supervisor has ended: by the memory limit, or for a reason that no program can cause."""
        state = self._state()
        if state.get("OOMKilled"):
            return Answer(None, oom=True)
        raise SandboxError(f"the container ended: {state.get('Error') or 'exit code ' + str(state.get('ExitCode'))}")

    def _state(self) -> dict[str, Any]:
        """The container's state according to the daemon.

        Raises:
            SandboxError: the daemon does not answer, or does not know the container.
        """
        try:
            self._container.reload()
        except FOREIGN as error:
            raise SandboxError(f"the container is gone: {' '.join(str(error).split())[:200]}") from None
        return dict(self._container.attrs["State"])

    def close(self) -> None:
        """Remove the container."""
        with contextlib.suppress(Exception):
            if self._attached is not None:
                self._attached.close()
                self._socket.close()
        remove(self._container)

    def _receive(self, deadline: float) -> bytes:
        """The payload of the next frame of Docker's multiplexed stream: 8 bytes of header (stream, length), data."""
        header = self._exactly(_FRAME_HEADER, deadline)
        return self._exactly(int.from_bytes(header[4:], "big"), deadline) if header else b""

    def _exactly(self, size: int, deadline: float) -> bytes:
        """Exactly `size` bytes; none when the stream ends first."""
        while len(self._buffer) < size:
            wait_for(self._socket.fileno(), select.POLLIN, deadline)
            part = self._socket.recv(CHUNK)
            if not part:
                return b""
            self._buffer += part
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data


def remove(container: Container) -> None:
    """Remove a container, running or not; errors of the daemon are ignored."""
    with contextlib.suppress(*FOREIGN):
        container.remove(force=True, v=True)
