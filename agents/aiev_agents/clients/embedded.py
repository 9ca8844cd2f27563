"""The embedded model: a llama.cpp server on a loopback port, started and ended by aiev.

Invariant: the server ends with the `EmbeddedChatModel` that started it, by `close()`, at exit, or because its standard
input closes when this process dies. The first request of each purpose is alone among its kind, so that what their
prompts begin with is read once and then taken from the server's cache. Not covered: servers that run already (use
`OpenAIChatModel`).
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import subprocess
import sys
import tempfile
from typing import IO, TYPE_CHECKING, Self

from aiev_agents.clients.openai import Endpoint, OpenAIChatModel
from aiev_agents.clients.presets import shape_of
from aiev_agents.clients.started_server import free_port, without_secrets
from aiev_agents.errors import ModelError, ModelUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from aiev_agents.clients.settings import ModelSettings
    from aiev_agents.messages import ChatReply, ChatRequest

START_SECONDS = 120.0
_WAITING = {"GOMP_SPINCOUNT": "0"}
"""Threads that wait for each other sleep. By default they spin, and where other work wants a core, a thread that spins
keeps that work on the core of the very thread that it waits for (`docs/benchmarks.md`, embedded).

Source: https://gcc.gnu.org/onlinedocs/libgomp/GOMP_005fSPINCOUNT.html
"""
_OTHER_TASK = {"prompt": ".", "max_tokens": 1}
"""At the start of any task, the server copies the prompts of idle slots to memory, from where several slots can have
them; the requests that wait would take the one slot before that."""


class EmbeddedChatModel:
    """A GGUF model behind an `OpenAIChatModel` on 127.0.0.1."""

    def __init__(self, process: subprocess.Popen[bytes], client: OpenAIChatModel, name: str) -> None:
        self.name = name
        self._process = process
        self._client = client
        self._begun: dict[str, asyncio.Event] = {}
        atexit.register(self._end)

    @classmethod
    async def start(
        cls,
        weights: Path,
        settings: ModelSettings,
        *,
        name: str,
        adapter: Path | None = None,
    ) -> Self:
        """Start a server and wait for it.

        Args:
            weights: GGUF file.
            settings: what it may use, and how long a reply may take.
            name: under which it answers.
            adapter: LoRA adapter in GGUF form over the weights.

        Raises:
            ModelUnavailable: the server ended or did not come up within 120 s; the message has its last words.
        """
        port = free_port()
        adapters = [str(adapter)] if adapter else []
        numbers = map(str, (port, settings.parallel, settings.context_tokens, settings.threads))
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen(  # noqa: ASYNC220 - returns at once
                [sys.executable, "-m", "aiev_agents.clients.embedded_server", str(weights), name, *numbers, *adapters],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=_WAITING | without_secrets(os.environ),
                start_new_session=True,
            )
            await _wait_ready(process, weights, log)
        endpoint = Endpoint(
            base_url=f"http://127.0.0.1:{port}/v1",
            model=name,
            timeout_seconds=settings.timeout_seconds,
            retry_seconds=5.0,
            grammar_field="grammar",
            shape=shape_of(settings),
        )
        return cls(process, OpenAIChatModel(endpoint), name)

    async def chat(self, request: ChatRequest) -> ChatReply:
        """Answer one request; see `ChatModel.chat`."""
        if begun := self._begun.get(request.purpose):
            await begun.wait()
            return await self._client.chat(request)
        begun = self._begun[request.purpose] = asyncio.Event()
        try:
            reply = await self._client.chat(request)
            with contextlib.suppress(ModelError):
                await self._client.send("/completions", _OTHER_TASK)
            return reply
        finally:
            begun.set()

    async def close(self) -> None:
        """End the server."""
        await self._client.close()
        await asyncio.to_thread(self._end)
        atexit.unregister(self._end)

    def _end(self) -> None:
        _stop(self._process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server, by force if need be, and close its pipes. May be called twice."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()


async def _wait_ready(process: subprocess.Popen[bytes], weights: Path, log: IO[bytes]) -> None:
    """Wait for the server's `ready` line."""
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    try:
        ready = await asyncio.wait_for(asyncio.to_thread(_says_ready, process.stdout), START_SECONDS)
    except TimeoutError:
        ready = False
    if ready:
        return
    _stop(process)
    log.seek(0)
    words = " ".join(log.read()[-400:].decode(errors="replace").split())
    raise ModelUnavailable(f"the embedded server did not start for {weights}: {words or 'no message'}")


def _says_ready(stream: IO[bytes]) -> bool:
    """Read lines until the one that says that the server answers; False when the stream ends before."""
    return any(line.strip() == b"ready" for line in stream)
