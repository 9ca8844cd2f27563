"""Builds the interpreter's Docker image if it is missing.

The tag consists of a hash of everything that goes into the image and the names of its languages besides Python.
Invariant: a change of the harness or of the base changes the tag, so an outdated image is never used.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import logging
import os
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aiev_interpreter.errors import InterpreterUnavailable
from aiev_interpreter.image.base import FOREIGN, candidates, find_base, foresee_base
from aiev_interpreter.languages import LANGUAGES, language_named
from aiev_interpreter.settings import AUTO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from docker import DockerClient
    from docker.models.images import Image

FOLDER = Path(__file__).parent
NAME = "aiev-interpreter"
LANGUAGES_LABEL = "aiev.languages"
_SANDBOX = FOLDER.parent / "sandbox"
ALL = "all"
"""Stands for every language."""
_log = logging.getLogger("aiev_interpreter")


def chosen_languages(names: Iterable[str]) -> tuple[str, ...]:
    """The sorted names of languages, without Python; `all` stands for every language.

    Raises:
        UnknownLanguage: a name is unknown.
    """
    wanted = list(names)
    found = {one.name for one in LANGUAGES} if ALL in wanted else {language_named(name).name for name in wanted}
    return tuple(sorted(found - {"python"}))


def ensure_image(client: DockerClient, base: str = AUTO, languages: Iterable[str] = ()) -> Image:
    """The smallest image on `base` with the tools of these languages, built if none exists.

    Raises:
        InterpreterUnavailable: there is no base, or the build fails.
    """
    wanted = chosen_languages(languages)
    if found := _find(client, base, wanted):
        return found
    with _alone():
        return _find(client, base, wanted) or build_image(client, base, wanted)


def foresee_image(client: DockerClient, base: str) -> str:
    """Which image Python programs would run in, in words. Nothing is built.

    Raises:
        InterpreterUnavailable: there is no base to build it on.
    """
    if found := _find(client, base, ()):
        return f"image {found.tags[0]}"
    return f"the image will be built {foresee_base(client, base)}"


def build_image(client: DockerClient, base: str, languages: Iterable[str]) -> Image:
    """Build the image, even if one exists.

    Raises:
        InterpreterUnavailable: there is no base, or the build fails.
    """
    wanted = chosen_languages(languages)
    base = find_base(client, base, packages=bool(wanted))
    _log.info("building the interpreter's image on %s, once", base)
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
    except FOREIGN as error:
        reason = " ".join(str(error).split())[:300]
        raise InterpreterUnavailable(f"the interpreter's image could not be built on {base}: {reason}") from None
    return image


def tag(base: str, languages: Iterable[str] = ()) -> str:
    """`aiev-interpreter:` with a hash of the base's name and of the image's content, and the languages."""
    digest = hashlib.sha256(base.encode() + repr(sorted(_arguments(chosen_languages([ALL])).items())).encode())
    for name, path in _files().items():
        digest.update(name.encode() + path.read_bytes())
    return f"{NAME}:{'-'.join((digest.hexdigest()[:12], *chosen_languages(languages)))}"


def _find(client: DockerClient, base: str, wanted: tuple[str, ...]) -> Image | None:
    """The image on the best base that has one."""
    found = (_present(client, candidate, wanted) for candidate in candidates(base))
    return next((image for image in found if image), None)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process of this user build at a time, so that the others find what it built."""
    with (Path(tempfile.gettempdir()) / f"aiev-image-{os.getuid()}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


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
