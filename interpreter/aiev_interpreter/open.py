"""Chooses and opens a sandbox.

Invariant: what `open_interpreter` returns has been seen to answer; there is no fallback to running without
a sandbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev_interpreter.errors import InterpreterUnavailable
from aiev_interpreter.image.build import DEFAULT_BASE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiev_interpreter.install import InstallSettings
    from aiev_interpreter.protocol import Interpreter


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether a backend works here, in words for people."""

    present: bool
    detail: str
    advice: str = ""


async def open_interpreter(
    kind: str = "auto",
    *,
    run_id: str,
    base_image: str = DEFAULT_BASE,
    install: InstallSettings | None = None,
) -> Interpreter:
    """Open the sandbox `kind`: `docker`, `bubblewrap`, or `auto`, which takes Docker when its daemon answers.

    Raises:
        InterpreterUnavailable: none works; one line says what was tried and what to do.
    """
    if kind not in {"auto", *_OPENERS}:
        raise InterpreterUnavailable(f"no sandbox is called {kind!r}; there are auto, docker and bubblewrap")
    failures: list[str] = []
    for name in ("docker", "bubblewrap") if kind == "auto" else (kind,):
        try:
            return await _OPENERS[name](run_id, base_image, install)
        except InterpreterUnavailable as error:
            failures.append(f"{name}: {error}")
    advice = "start the Docker daemon, or allow unprivileged user namespaces for bubblewrap"
    raise InterpreterUnavailable(f"no sandbox works here ({'; '.join(failures)}); {advice}")


async def _open_docker(run_id: str, base_image: str, install: InstallSettings | None) -> Interpreter:
    from aiev_interpreter.docker import DockerInterpreter  # noqa: PLC0415 - the docker SDK is slow to import

    return await DockerInterpreter.connect(run_id=run_id, base_image=base_image, install=install)


async def _open_bubblewrap(run_id: str, base_image: str, install: InstallSettings | None) -> Interpreter:  # noqa: ARG001
    from aiev_interpreter.bubblewrap import BubblewrapInterpreter  # noqa: PLC0415

    interpreter = BubblewrapInterpreter(install)
    try:
        await interpreter.check()
    except InterpreterUnavailable:
        await interpreter.close()
        raise
    return interpreter


_OPENERS: dict[str, Callable[[str, str, InstallSettings | None], Awaitable[Interpreter]]] = {
    "docker": _open_docker,
    "bubblewrap": _open_bubblewrap,
}


async def probe(kind: str) -> Probe:
    """Say whether `docker` or `bubblewrap` works here; builds no image."""
    if kind == "docker":
        return await _probe_docker()
    try:
        interpreter = await _open_bubblewrap("probe", "", None)
    except InterpreterUnavailable as error:
        return Probe(present=False, detail=str(error), advice="allow unprivileged user namespaces, or use Docker")
    await interpreter.close()
    return Probe(present=True, detail=f"works, programs run under {interpreter.image}")


async def _probe_docker() -> Probe:
    from aiev_interpreter.docker import connect  # noqa: PLC0415

    try:
        client = await connect()
    except InterpreterUnavailable as error:
        return Probe(present=False, detail=str(error), advice="start the Docker daemon; bubblewrap works without one")
    version = client.version().get("Version", "?")
    client.close()
    return Probe(present=True, detail=f"daemon {version} answers")
