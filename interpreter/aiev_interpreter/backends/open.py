"""Chooses and opens a sandbox.

Invariant: what `open_interpreter` returns has been seen to answer; there is no fallback to running without
a sandbox.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev_interpreter.errors import InterpreterUnavailable
from aiev_interpreter.image.build import DEFAULT_BASE
from aiev_interpreter.protocol import Limits

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiev_interpreter.backends.sandboxed import Backend
    from aiev_interpreter.packages.install import InstallSettings
    from aiev_interpreter.protocol import Interpreter


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether a backend works here, in words for people."""

    present: bool
    detail: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """How sandboxes are made and kept."""

    base_image: str = DEFAULT_BASE
    """Docker: what the image is built from."""
    languages: tuple[str, ...] = ()
    """Docker: languages besides Python whose tools the image holds."""
    runtime: str = ""
    """Docker: the OCI runtime, such as `runsc`; empty takes the daemon's own."""
    ready: int = 2
    """Sandboxes kept ready for conversations that begin."""
    kept: int = 64
    """Conversations whose sandbox waits for their next program."""
    preload: tuple[str, ...] = ()
    """Packages that every sandbox has imported before its first program."""


async def open_interpreter(
    kind: str = "auto",
    *,
    run_id: str,
    install: InstallSettings | None = None,
    settings: SandboxSettings | None = None,
) -> Interpreter:
    """Open the sandbox `kind`: `docker`, `bubblewrap`, or `auto`, which takes Docker when its daemon answers.

    Raises:
        InterpreterUnavailable: none works; one line says what was tried and what to do.
    """
    if kind not in {"auto", *_BACKENDS}:
        raise InterpreterUnavailable(f"no sandbox is called {kind!r}; there are auto, docker and bubblewrap")
    failures: list[str] = []
    for name in ("docker", "bubblewrap") if kind == "auto" else (kind,):
        try:
            return await _open(name, run_id, install, settings or SandboxSettings())
        except InterpreterUnavailable as error:
            failures.append(f"{name}: {error}")
    advice = "start the Docker daemon, or allow unprivileged user namespaces for bubblewrap"
    raise InterpreterUnavailable(f"no sandbox works here ({'; '.join(failures)}); {advice}")


async def _open(name: str, run_id: str, install: InstallSettings | None, settings: SandboxSettings) -> Interpreter:
    from aiev_interpreter.backends.sandboxed import SandboxInterpreter

    backend = await _BACKENDS[name](run_id, settings)
    interpreter = SandboxInterpreter(
        backend, install, ready=settings.ready, kept=settings.kept, preload=settings.preload
    )
    try:
        if name == "bubblewrap":
            await interpreter.check()
        await interpreter.prepare(Limits())
    except BaseException:
        await interpreter.close()
        raise
    return interpreter


async def _docker(run_id: str, settings: SandboxSettings) -> Backend:
    from aiev_interpreter.backends.docker import DockerBackend

    return await DockerBackend.connect(
        run_id=run_id, base_image=settings.base_image, runtime=settings.runtime, languages=settings.languages
    )


async def _bubblewrap(run_id: str, settings: SandboxSettings) -> Backend:  # noqa: ARG001
    from aiev_interpreter.backends import bubblewrap

    await asyncio.to_thread(bubblewrap.reap)
    return await asyncio.to_thread(bubblewrap.BubblewrapBackend)


_BACKENDS: dict[str, Callable[[str, SandboxSettings], Awaitable[Backend]]] = {
    "docker": _docker,
    "bubblewrap": _bubblewrap,
}


async def probe(kind: str) -> Probe:
    """Say whether `docker` or `bubblewrap` works here; builds no image."""
    if kind == "docker":
        return await _probe_docker()
    try:
        interpreter = await _open("bubblewrap", "probe", None, SandboxSettings(ready=0))
    except InterpreterUnavailable as error:
        return Probe(present=False, detail=str(error), advice="allow unprivileged user namespaces, or use Docker")
    await interpreter.close()
    return Probe(present=True, detail=f"works, programs run under {interpreter.image}")


async def _probe_docker() -> Probe:
    from aiev_interpreter.backends.docker import connect

    try:
        client = await connect()
    except InterpreterUnavailable as error:
        return Probe(present=False, detail=str(error), advice="start the Docker daemon; bubblewrap works without one")
    version = client.version().get("Version", "?")
    client.close()
    return Probe(present=True, detail=f"daemon {version} answers")
