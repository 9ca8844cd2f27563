"""Builds the interpreter's Docker image when it is not there.

The tag carries a hash of everything that goes into the image, so a change of the harness or of the base
makes a new one and an old one is never mistaken for it.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from aiev_interpreter.errors import InterpreterUnavailable
from aiev_interpreter.languages import language_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docker import DockerClient
    from docker.models.images import Image

FOLDER = Path(__file__).parent
_SANDBOX = FOLDER.parent / "sandbox"
DEFAULT_BASE = "python:3.12-slim-bookworm"
LOCAL_BASE = "aiev-base:bookworm"
"""Taken where the default base cannot be pulled: a base image that was made on this machine."""


def ensure_image(client: DockerClient, base: str = DEFAULT_BASE, languages: Sequence[str] = ()) -> Image:
    """The image for `base` with the tools of these languages besides Python, built unless it is there.

    Raises:
        InterpreterUnavailable: the base cannot be had, or the build fails.
    """
    from docker.errors import ImageNotFound  # noqa: PLC0415 - the docker SDK is loaded only where it is used

    for candidate in dict.fromkeys((base, LOCAL_BASE) if base == DEFAULT_BASE else (base,)):
        try:
            return client.images.get(tag(candidate, languages))
        except ImageNotFound:
            continue
    return _build(client, _available_base(client, base), languages)


def tag(base: str, languages: Sequence[str] = ()) -> str:
    """`aiev-interpreter:` and 12 hex digits over the base's name, all files of the image, and what it installs."""
    digest = hashlib.sha256(base.encode() + repr(sorted(_arguments(languages).items())).encode())
    for name, path in _files().items():
        digest.update(name.encode() + path.read_bytes())
    return f"aiev-interpreter:{digest.hexdigest()[:12]}"


def _files() -> dict[str, Path]:
    """What goes into the image, by its name there."""
    inside = [path for path in sorted(_SANDBOX.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    return {"Dockerfile": FOLDER / "Dockerfile"} | {f"sandbox/{path.relative_to(_SANDBOX)}": path for path in inside}


def _arguments(languages: Sequence[str]) -> dict[str, str]:
    """The Dockerfile's arguments for these languages."""
    chosen = [language_named(name) for name in languages]
    packages = sorted({package for language in chosen if language.name != "python" for package in language.packages})
    steps = [step for language in chosen for step in language.image_steps]
    return {"PACKAGES": " ".join(packages), "STEPS": " && ".join(steps) or ":"}


def _available_base(client: DockerClient, base: str) -> str:
    """`base` if it is here or can be pulled, else the local base if that is here."""
    from docker.errors import DockerException, ImageNotFound  # noqa: PLC0415

    try:
        client.images.get(base)
    except ImageNotFound:
        try:
            client.images.pull(base)
        except DockerException as error:
            return _local_base(client, base, error)
    return base


def _local_base(client: DockerClient, base: str, error: Exception) -> str:
    from docker.errors import ImageNotFound  # noqa: PLC0415

    if base == DEFAULT_BASE:
        try:
            client.images.get(LOCAL_BASE)
        except ImageNotFound:
            pass
        else:
            return LOCAL_BASE
    reason = " ".join(str(error).split())[:200]
    raise InterpreterUnavailable(
        f"base image {base} is not here and cannot be pulled ({reason}); set interpreter.base_image to one that is"
    ) from None


def _build(client: DockerClient, base: str, languages: Sequence[str]) -> Image:
    from docker.errors import DockerException  # noqa: PLC0415

    try:
        image, _ = client.images.build(
            fileobj=_context(),
            custom_context=True,
            tag=tag(base, languages),
            buildargs={"BASE_IMAGE": base, **_arguments(languages)},
            rm=True,
        )
    except DockerException as error:
        reason = " ".join(str(error).split())[:300]
        raise InterpreterUnavailable(f"the interpreter's image could not be built on {base}: {reason}") from None
    return image


def _context() -> io.BytesIO:
    """The build context as a tar file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, path in _files().items():
            data = path.read_bytes()
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o644
            archive.addfile(member, io.BytesIO(data))
    buffer.seek(0)
    return buffer
