"""What the interpreter's image is built from.

`auto` is Python's own image where it is here or can be pulled, else a base made on this machine: from its Python, or
where the tools of further languages are to be added, from the packages of its distribution. Invariant: a base is made
once; whoever comes later finds it under its name.
"""

from __future__ import annotations

import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from docker.errors import DockerException, ImageNotFound
from requests.exceptions import RequestException

from aiev_interpreter.errors import InterpreterUnavailable
from aiev_interpreter.image import debian, machine
from aiev_interpreter.packages.index import certificates
from aiev_interpreter.settings import AUTO, PYTHON_IMAGE, InstallSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from docker import DockerClient

FOREIGN = (DockerException, RequestException, OSError)
"""Errors of the daemon, of its HTTP client, and of the connection."""
_ADVICE = "set interpreter.base_image to an image that is here"
_log = logging.getLogger("aiev_interpreter")


@dataclass(frozen=True, slots=True)
class _Made:
    """A base that is made on this machine."""

    name: str
    source: str
    """What it is made from, in words."""
    write: Callable[[Path, Path | None], None]
    lacking: Callable[[], str]
    """What its making lacks here; empty when it can be tried."""
    has_packages: bool
    """Whether the tools of further languages can be installed on it."""


_MADE = (
    _Made("aiev-base:packages", "the distribution's packages", debian.write_debian, debian.lacking, has_packages=True),
    _Made("aiev-base:machine", "this machine's Python", machine.write_machine, str, has_packages=False),
)
LOCAL_BASE = "aiev-base:bookworm"
"""A base that people make by hand; it is taken where it is."""
NAMES = (PYTHON_IMAGE, LOCAL_BASE, *(one.name for one in _MADE))
"""What `auto` can stand for."""


def candidates(base: str) -> tuple[str, ...]:
    """The bases that a setting can stand for, the best first."""
    return NAMES if base == AUTO else (base,)


def find_base(client: DockerClient, base: str, *, packages: bool) -> str:
    """The name of the base image, pulled or made if it is not here.

    Args:
        client: of the daemon.
        base: the setting; `auto` chooses.
        packages: whether packages of the distribution will be installed on it.

    Raises:
        InterpreterUnavailable: there is none; the message says what was tried.
    """
    wanted = PYTHON_IMAGE if base == AUTO else base
    if _is_here(client, wanted):
        return wanted
    _log.info("pulling %s", wanted)
    refused = _refusal(lambda: client.images.pull(wanted))
    if not refused:
        return wanted
    if base != AUTO:
        raise InterpreterUnavailable(f"{_missing(wanted, refused)}; {_ADVICE}")
    if _is_here(client, LOCAL_BASE):
        return LOCAL_BASE
    reasons = [_missing(wanted, refused)]
    for one in _MADE if packages else reversed(_MADE):
        try:
            return _made(client, one, packages=packages)
        except InterpreterUnavailable as error:
            reasons.append(f"none can be made from {one.source}: {error}")
            _log.info("%s", reasons[-1])
    raise InterpreterUnavailable(f"{'; '.join(reasons)}; {_ADVICE}")


def foresee_base(client: DockerClient, base: str) -> str:
    """What an image without further languages would be built on, in words. Nothing is pulled or made.

    Raises:
        InterpreterUnavailable: there is nothing to build it on; the message says what was tried.
    """
    wanted = PYTHON_IMAGE if base == AUTO else base
    for name in candidates(base):
        if _is_here(client, name):
            return f"on {name}"
    refused = _refusal(lambda: client.images.get_registry_data(wanted))
    if not refused:
        return f"on {wanted}, which is pulled first"
    if base != AUTO:
        raise InterpreterUnavailable(_missing(wanted, refused))
    source = next(one.source for one in reversed(_MADE) if not one.lacking())
    return f"on {wanted} if it can be pulled ({refused}), else on a base made from {source}"


def _made(client: DockerClient, one: _Made, *, packages: bool) -> str:
    """The name of a base that is made here, made now if it is not here yet."""
    if packages and not one.has_packages:
        raise InterpreterUnavailable("it takes no packages, which further languages need")
    if _is_here(client, one.name):
        return one.name
    if words := one.lacking():
        raise InterpreterUnavailable(words)
    _log.info("making the base image %s from %s, once", one.name, one.source)
    repository, _, tag = one.name.partition(":")
    with tempfile.TemporaryDirectory(prefix="aiev-base-") as folder:
        file = Path(folder) / "root.tar"
        try:
            one.write(file, certificates(InstallSettings()))
            client.api.import_image_from_file(str(file), repository=repository, tag=tag)
        except FOREIGN as error:
            raise InterpreterUnavailable(_words(error)) from None
    return one.name


def _is_here(client: DockerClient, name: str) -> bool:
    try:
        client.images.get(name)
    except ImageNotFound:
        return False
    return True


def _refusal(attempt: Callable[[], object]) -> str:
    """Why something that is asked of a registry failed; empty when it did not."""
    try:
        attempt()
    except FOREIGN as error:
        return _words(error)
    return ""


def _missing(name: str, reason: str) -> str:
    return f"{name} is not here and cannot be pulled ({reason})"


def _words(error: Exception) -> str:
    return " ".join(str(getattr(error, "explanation", None) or error).split())[:200]
