"""Chooses and opens a backend.

Invariant: `open_interpreter` returns only an interpreter that has answered. Programs never run without a sandbox.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aiev_interpreter.errors import InterpreterUnavailable
from aiev_interpreter.protocol import Limits
from aiev_interpreter.settings import InstallSettings, InterpreterSettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from aiev_interpreter.backends.backend import Backend
    from aiev_interpreter.protocol import Interpreter

_log = logging.getLogger("aiev_interpreter")


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether a backend works here, with an explanation for people."""

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
    """Open the backend that the settings name. `auto` takes Docker where it works, else bubblewrap, and says why.

    Args:
        settings: backend, limits and number of sandboxes; None means the defaults.
        install: where packages come from; None means the defaults.
        run_id: labels the sandboxes.
        languages: languages whose tools the Docker image must hold, in addition to those of the settings.

    Raises:
        InterpreterUnavailable: no backend works; the message says in one line what was tried and what to do.
    """
    settings, install = settings or InterpreterSettings(), install or InstallSettings()
    failures: list[str] = []
    for name in _BACKENDS if settings.backend == "auto" else (settings.backend,):
        try:
            backend = await _BACKENDS[name](settings, languages, run_id)
            interpreter = await _opened(backend, settings, install, "; ".join(failures))
        except InterpreterUnavailable as error:
            failures.append(f"{name}: {error}")
        else:
            if failures:
                _log.warning("programs run in %s (%s)", name, interpreter.notice)
            return interpreter
    advice = "start the Docker daemon, or allow unprivileged user namespaces for bubblewrap"
    raise InterpreterUnavailable(f"no sandbox works here ({'; '.join(failures)}); {advice}")


async def _opened(
    backend: Backend, settings: InterpreterSettings, install: InstallSettings, notice: str = ""
) -> Interpreter:
    from aiev_interpreter.backends.sandboxed import SandboxInterpreter

    interpreter = SandboxInterpreter(backend, settings, install, notice)
    try:
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


async def probe(kind: Literal["docker", "bubblewrap"], settings: InterpreterSettings | None = None) -> Probe:
    """Check whether a backend works here. No image is pulled or built; whether one can be is foreseen."""
    if kind == "docker":
        return await _probe_docker((settings or InterpreterSettings()).base_image)
    try:
        interpreter = await _opened(await _bubblewrap(), InterpreterSettings(ready=0), InstallSettings())
    except InterpreterUnavailable as error:
        return Probe(present=False, detail=str(error), advice="allow unprivileged user namespaces, or use Docker")
    await interpreter.close()
    return Probe(present=True, detail=f"works, programs run under {interpreter.image}")


async def _probe_docker(base: str) -> Probe:
    from aiev_interpreter.backends.docker import connect
    from aiev_interpreter.image.base import FOREIGN
    from aiev_interpreter.image.build import foresee_image

    try:
        client = await connect()
    except InterpreterUnavailable as error:
        return Probe(present=False, detail=str(error), advice="start the Docker daemon; bubblewrap works without one")
    try:
        version = client.version().get("Version", "?")
        image = await asyncio.to_thread(foresee_image, client, base)
    except (InterpreterUnavailable, *FOREIGN) as error:
        advice = "set interpreter.base_image to an image that is here; bubblewrap works without one"
        return Probe(present=False, detail=f"the daemon answers, but {' '.join(str(error).split())}", advice=advice)
    finally:
        client.close()
    return Probe(present=True, detail=f"daemon {version} answers; {image}")
