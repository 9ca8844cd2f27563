"""The life of a server that aiev starts: a free port, a log, ready or dead.

Invariants: the server ends with `close()`, at exit, or when this process dies (`guard.py`); its log stays where it is
when it died of itself and goes when it was closed; it gets no secret of this process but a hub token for weights and a
key made for it, without which nobody else on the machine can use it.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

import aiohttp

from aiev_agents.clients.started_server import free_port, without_secrets
from aiev_agents.clients.vllm.command import command_line
from aiev_agents.clients.vllm.log import reason
from aiev_agents.errors import ModelUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiev_agents.clients.settings import VllmSettings

_POLL_SECONDS = 0.25
STOP_SECONDS = 15.0
"""From asking a server to end to killing it."""
_HUB = frozenset({"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"})
_KILLED = 128
_BEYOND_GRACE_SECONDS = 10.0
_PORTS = 3
"""Tries when another process takes the port between choosing and binding it."""


class VllmProcess:
    """A started server. `died` is done, with the reason, when it has ended without being asked to."""

    def __init__(self, process: subprocess.Popen[bytes], *, port: int, key: str, log: Path) -> None:
        self.base_url = f"http://127.0.0.1:{port}/v1"
        self.key = key
        self.log = log
        self.died: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._process = process
        self._closing = False
        self._watch = asyncio.ensure_future(self._watched())
        atexit.register(self._end)

    @classmethod
    async def start(cls, settings: VllmSettings, name: str) -> Self:
        """Start a server that serves a model as `name`, and wait until it answers.

        Raises:
            ModelUnavailable: there is no vLLM, or it died or did not answer in time; the message has its reason.
        """
        for _ in range(_PORTS):
            port, key, log = free_port(), secrets.token_urlsafe(24), _new_log()
            environment = _environment(os.environ, key, lora=settings.lora)
            guard = _guarded(command_line(settings, name, port), environment, log)
            server = cls(guard, port=port, key=key, log=log)
            try:
                await server._ready(name, settings.start_seconds)
            except ModelUnavailable as error:
                await server.close(keep_log=True)
                failure = error
                if "already in use" not in str(error):
                    break
            except BaseException:
                await server.close()
                raise
            else:
                return server
        raise failure

    async def close(self, *, keep_log: bool = False) -> None:
        """End the server and all that it started. May be called twice."""
        self._closing = True
        await asyncio.to_thread(self._end)
        await self._watch
        atexit.unregister(self._end)
        if not (keep_log or self.died.done()):
            self.log.unlink(missing_ok=True)

    async def _ready(self, name: str, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        headers = {"Authorization": f"Bearer {self.key}"}
        async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=5)) as session:
            while not await self._answers(session):
                if self.died.done():
                    raise ModelUnavailable(f"vLLM did not start for {name}: {self.died.result()}")
                if time.monotonic() > deadline:
                    raise ModelUnavailable(
                        f"vLLM did not answer for {name} within {seconds:g} s "
                        f"(vllm.start_seconds): {reason(self.log)}; log: {self.log}"
                    )
                await asyncio.wait([self.died], timeout=_POLL_SECONDS)

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        """Whether it is healthy, and takes the key: another server on the port would not."""
        try:
            for path in ("/health", "/v1/models"):
                async with session.get(self.base_url.removesuffix("/v1") + path) as reply:
                    if not reply.ok:
                        return False
        except (aiohttp.ClientError, TimeoutError):
            return False
        return True

    async def _watched(self) -> None:
        code = await asyncio.to_thread(self._process.wait)
        if not self._closing:
            self.died.set_result(f"{_ending(code)}{reason(self.log)}; log: {self.log}")

    def _end(self) -> None:
        """Close the guard's standard input, which ends the server, and wait for it."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS + _BEYOND_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _guarded(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start the server under the guard; whatever both say goes into the log."""
    grace = str(STOP_SECONDS)
    with log.open("ab") as words:
        return subprocess.Popen(
            [sys.executable, "-m", "aiev_agents.clients.vllm.guard", grace, str(log), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=words,
            env=environment,
            start_new_session=True,
        )


def _ending(code: int) -> str:
    """Words for an exit code that has something to say: killed by a signal, as by the kernel when memory runs out."""
    return f"killed by signal {code - _KILLED}; last words: " if code > _KILLED else ""


def _environment(environment: Mapping[str, str], key: str, *, lora: bool) -> dict[str, str]:
    kept = without_secrets(environment, keep=_HUB)
    kept["VLLM_API_KEY"] = key
    kept.setdefault("VLLM_NO_USAGE_STATS", "1")
    if lora:
        kept["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] = "1"
    return kept


def _new_log() -> Path:
    """A log file of its own in the cache, readable by this user alone."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aiev" / "vllm" / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=time.strftime("%Y%m%d-%H%M%S-"), suffix=".log", dir=folder)
    os.close(descriptor)
    return Path(name)
