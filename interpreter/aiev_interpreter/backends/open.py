"""Chooses and opens a sandbox.

Invariant: what `open_interpreter` returns has been seen to answer; there is no fallback to running without
a sandbox.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aiev_interpreter.errors import InterpreterUnavailable
from aiev_interpreter.protocol import Limits
from aiev_interpreter.settings import InstallSettings, InterpreterSettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from aiev_interpreter.backends.sandboxed import Backend
    from aiev_interpreter.protocol import Interpreter


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether a backend works here, in words for people."""

    present: bool
    detail: str
    advice: str = ""


async def open_interpreter(
    settings: InterpreterSettings | None = None,
    install: InstallSettings | None = None,
    *,
    run_id: str,
    languages: Iterable[str] = (),
) -> Interpreter:
    """Open the sandbox that the settings name; `auto` takes Docker when its daemon answers, else bubblewrap.

    Args:
        settings: backend, limits and number of sandboxes; None takes the defaults.
        install: where packages come from; None takes the defaults.
        run_id: labels what the sandboxes leave on the machine.
        languages: languages whose tools the Docker image must hold, besides those of the settings.

    Raises:
        InterpreterUnavailable: none works; one line says what was tried and what to do.
    """
    settings, install = settings or InterpreterSettings(), install or InstallSettings()
    failures: list[str] = []
    for name in _BACKENDS if settings.backend == "auto" else (settings.backend,):
        try:
            return await _opened(await _BACKENDS[name](settings, languages, run_id), settings, install)
        except InterpreterUnavailable as error:
            failures.append(f"{name}: {error}")
    advice = "start the Docker daemon, or allow unprivileged user namespaces for bubblewrap"
    raise InterpreterUnavailable(f"no sandbox works here ({'; '.join(failures)}); {advice}")


async def _opened(backend: Backend, settings: InterpreterSettings, install: InstallSettings) -> Interpreter:
    from aiev_interpreter.backends.sandboxed import SandboxInterpreter

    interpreter = SandboxInterpreter(backend, settings, install)
    try:
        if backend.name == "bubblewrap":
            await interpreter.check()
        await interpreter.prepare(Limits())
    except BaseException:
        await interpreter.close()
        raise
    return interpreter


async def _docker(settings: InterpreterSettings, languages: Iterable[str], run_id: str) -> Backend:
    from aiev_interpreter.backends.docker import DockerBackend

    return await DockerBackend.connect(settings, languages, run_id=run_id)


async def _bubblewrap(*_: object) -> Backend:
    from aiev_interpreter.backends import bubblewrap

    await asyncio.to_thread(bubblewrap.reap)
    return await asyncio.to_thread(bubblewrap.BubblewrapBackend)


_BACKENDS: dict[str, Callable[[InterpreterSettings, Iterable[str], str], Awaitable[Backend]]] = {
    "docker": _docker,
    "bubblewrap": _bubblewrap,
}


async def probe(kind: Literal["docker", "bubblewrap"]) -> Probe:
    """Say whether a backend works here; builds no image."""
    if kind == "docker":
        return await _probe_docker()
    try:
        interpreter = await _opened(await _bubblewrap(), InterpreterSettings(ready=0), InstallSettings())
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
