"""Git repositories on disk, read at a commit: every seed knows its commit and the hash of its file's content.

The `git` command reads them: it streams and knows every storage format. Invariant: only commands that read objects are
run, with the repository's own hooks, file-system monitor, pagers and lazy fetches disabled.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from aiev.errors import SeedError
from aiev.seeds.extract.languages import language_of
from aiev.seeds.sources.files import SKIPPED_FOLDERS
from aiev.seeds.sources.items import BlobItem
from aiev.seeds.sources.licences import LICENCE_FILES, licence_in
from aiev.tables.row import Skipped
from aiev_agents.lines import first_line_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiev.seeds.settings import SeedsSettings
    from aiev.seeds.sources.items import Item

PREFIX = "git:"
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*")
_READ = 1 << 16
_LICENCE_BYTES = 200_000
_REGULAR = b"100"
"""Start of the mode of a regular file; links are 120000, submodules 160000."""


def is_repository(path: Path) -> bool:
    """Whether a folder is the top of a work tree, or a bare repository."""
    return (path / ".git").exists() or ((path / "HEAD").is_file() and (path / "objects").is_dir())


def repository_items(path: Path, revision: str, settings: SeedsSettings) -> Iterator[Item]:
    """Source files of a commit, in git's order.

    Raises:
        SeedError: git is not installed, or there is no such commit.
    """
    commit = _commit(path, revision)
    licences = _licences(path, commit)
    name = path.resolve().name
    for mode, blob, size, file in _tree(path, commit):
        where = PurePosixPath(file)
        if not mode.startswith(_REGULAR) or _is_left_out(where):
            continue
        if language_of(file) is None:
            yield Skipped("not_source", file, is_fault=False)
        elif size > settings.max_file_bytes:
            yield Skipped("too_large", f"{path}: {file}", f"more than {settings.max_file_bytes} bytes")
        else:
            licence = next((licences[above] for above in map(str, where.parents) if above in licences), None)
            yield BlobItem(str(path), name, commit, file, blob, size, licence)


def has_commit(path: Path) -> bool:
    """Whether the repository has a commit that is checked out."""
    try:
        _commit(path, "HEAD")
    except SeedError:
        return False
    return True


def read_blobs(repository: str, blobs: Sequence[str]) -> list[bytes | None]:
    """Contents of blobs, in order; None for one that is missing or broken."""
    wanted = "".join(f"{blob}\n" for blob in blobs).encode()
    done = subprocess.run(
        _command(repository, "cat-file", "--batch"), input=wanted, capture_output=True, check=False, env=_environment()
    )
    out, position, found = done.stdout, 0, list[bytes | None]()
    for _ in blobs:
        end = out.find(b"\n", position)
        head = out[position:end].split() if end >= 0 else []
        if len(head) != 3 or head[1] != b"blob":  # noqa: PLR2004 - hash, type, size
            found.append(None)
            position = end + 1 if end >= 0 else len(out)
            continue
        size = int(head[2])
        found.append(out[end + 1 : end + 1 + size])
        position = end + size + 2
    return found


def _is_left_out(path: PurePosixPath) -> bool:
    return any(part in SKIPPED_FOLDERS or part.startswith(".") for part in path.parts[:-1])


def _commit(path: Path, revision: str) -> str:
    done = subprocess.run(
        _command(path, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"),
        capture_output=True,
        text=True,
        check=False,
        env=_environment(),
    )
    if done.returncode:
        why = first_line_of(done.stderr)
        raise SeedError(f"{path}: no commit {revision!r} in this git repository" + (f": {why}" if why else ""))
    return done.stdout.strip()


def _tree(path: Path, commit: str) -> Iterator[tuple[bytes, str, int, str]]:
    """Mode, hash, size and path of every entry, as git lists them."""
    with subprocess.Popen(
        _command(path, "ls-tree", "-r", "-l", "-z", "--full-tree", commit),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
    ) as process:
        assert process.stdout is not None  # noqa: S101 - PIPE was asked for
        rest = b""
        while piece := process.stdout.read(_READ):
            *entries, rest = (rest + piece).split(b"\0")
            for entry in entries:
                head, _, name = entry.partition(b"\t")
                mode, _, blob, size = head.split()
                yield mode, blob.decode(), int(size) if size.isdigit() else 0, os.fsdecode(name)


def _licences(path: Path, commit: str) -> dict[str, str]:
    """Licences by the folder whose licence file names them."""
    files = [
        (str(PurePosixPath(file).parent), blob)
        for mode, blob, size, file in _tree(path, commit)
        if mode.startswith(_REGULAR) and PurePosixPath(file).name in LICENCE_FILES and size <= _LICENCE_BYTES
    ]
    texts = read_blobs(str(path), [blob for _, blob in files])
    named = (
        (folder, licence_in((text or b"").decode(errors="replace")))
        for (folder, _), text in zip(files, texts, strict=True)
    )
    return {folder: licence for folder, licence in named if licence}


def _command(repository: str | Path, *arguments: str) -> list[str]:
    return ["git", "--no-pager", "--no-replace-objects", *_SAFE, "-C", str(repository), *arguments]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
