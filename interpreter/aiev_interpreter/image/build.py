"""Builds the interpreter's Docker image if it is missing.

The tag consists of a hash of everything that goes into the image and the names of its languages besides Python.
Invariant: a change of the harness or of the base changes the tag, so an outdated image is never used.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from aiev_interpreter.errors import InterpreterUnavailable
from aiev_interpreter.languages import LANGUAGES, language_named
from aiev_interpreter.settings import DEFAULT_IMAGE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docker import DockerClient
    from docker.models.images import Image

FOLDER = Path(__file__).parent
NAME = "aiev-interpreter"
LANGUAGES_LABEL = "aiev.languages"
_SANDBOX = FOLDER.parent / "sandbox"
LOCAL_BASE = "aiev-base:bookworm"
"""A base image made on this machine, used when the default base cannot be pulled."""
ALL = "all"
"""Stands for every language."""


def chosen_languages(names: Iterable[str]) -> tuple[str, ...]:
    """The sorted names of languages, without Python; `all` stands for every language.

    Raises:
        UnknownLanguage: a name is unknown.
    """
    wanted = list(names)
    found = {one.name for one in LANGUAGES} if ALL in wanted else {language_named(name).name for name in wanted}
    return tuple(sorted(found - {"python"}))


def ensure_image(client: DockerClient, base: str = DEFAULT_IMAGE, languages: Iterable[str] = ()) -> Image:
    """The smallest image on `base` with the tools of these languages, built if none exists.

    Raises:
        InterpreterUnavailable: the base cannot be pulled, or the build fails.
    """
    wanted = chosen_languages(languages)
    for candidate in dict.fromkeys((base, LOCAL_BASE) if base == DEFAULT_IMAGE else (base,)):
        if found := _present(client, candidate, wanted):
            return found
    return build_image(client, base, wanted)


def build_image(client: DockerClient, base: str, languages: Iterable[str]) -> Image:
    """Build the image, even if one exists.

    Raises:
        InterpreterUnavailable: the base cannot be pulled, or the build fails.
    """
    from docker.errors import DockerException

    base, wanted = _available_base(client, base), chosen_languages(languages)
    arguments = {"BASE_IMAGE": base, **_arguments(wanted)}
    try:
        image, _ = client.images.build(
            fileobj=_context(),
            custom_context=True,
            tag=tag(base, wanted),
            buildargs=arguments,
            labels={LANGUAGES_LABEL: " ".join(wanted)},
            rm=True,
        )
    except DockerException as error:
        reason = " ".join(str(error).split())[:300]
        raise InterpreterUnavailable(f"the interpreter's image could not be built on {base}: {reason}") from None
    return image


def tag(base: str, languages: Iterable[str] = ()) -> str:
    """`aiev-interpreter:` with a hash of the base's name and of the image's content, and the languages."""
    digest = hashlib.sha256(base.encode() + repr(sorted(_arguments(chosen_languages([ALL])).items())).encode())
    for name, path in _files().items():
        digest.update(name.encode() + path.read_bytes())
    return f"{NAME}:{'-'.join((digest.hexdigest()[:12], *chosen_languages(languages)))}"


def _present(client: DockerClient, base: str, wanted: tuple[str, ...]) -> Image | None:
    """The image of this content with the fewest languages that include these; None when there is none."""
    plain = tag(base)
    found: list[tuple[int, Image]] = []
    for image in client.images.list(name=NAME):
        held = (image.labels.get(LANGUAGES_LABEL) or "").split()
        if tag(base, held) in image.tags and tag(base, held).startswith(plain) and set(wanted) <= set(held):
            found.append((len(held), image))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _files() -> dict[str, Path]:
    """The files of the build context, by their names in it."""
    inside = [path for path in sorted(_SANDBOX.rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    return {"Dockerfile": FOLDER / "Dockerfile"} | {f"sandbox/{path.relative_to(_SANDBOX)}": path for path in inside}


def _arguments(languages: tuple[str, ...]) -> dict[str, str]:
    """The Dockerfile's arguments for these languages."""
    chosen = [language_named(name) for name in languages]
    packages = sorted({package for language in chosen for package in language.packages})
    steps = [step for language in chosen for step in language.image_steps]
    return {"PACKAGES": " ".join(packages), "STEPS": " && ".join(steps) or ":"}


def _available_base(client: DockerClient, base: str) -> str:
    """`base` if it exists here or can be pulled, else the local base if that exists."""
    from docker.errors import DockerException, ImageNotFound

    try:
        client.images.get(base)
    except ImageNotFound:
        try:
            client.images.pull(base)
        except DockerException as error:
            return _local_base(client, base, error)
    return base


def _local_base(client: DockerClient, base: str, error: Exception) -> str:
    from docker.errors import ImageNotFound

    if base == DEFAULT_IMAGE:
        try:
            client.images.get(LOCAL_BASE)
        except ImageNotFound:
            pass
        else:
            return LOCAL_BASE
    reason = " ".join(str(error).split())[:200]
    raise InterpreterUnavailable(
        f"base image {base} is missing and cannot be pulled ({reason}); set interpreter.base_image to an existing image"
    ) from None


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
