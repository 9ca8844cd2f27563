"""Reads source files: regular files only, up to a size, decoded as their language defines.

Invariant: nothing here blocks (named pipes, devices), follows a link out of its root, or holds more than the limit.
"""

from __future__ import annotations

import codecs
import io
import os
import re
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.tables.files import open_regular
from aiev.tables.row import Skipped
from aiev_agents.languages import PYTHON

if TYPE_CHECKING:
    from aiev.seeds.settings import SeedsSettings

_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=]")


def assumed_language(settings: SeedsSettings) -> str:
    """The language of a named source whose extension tells none: the only one in `seeds.languages`, or Python."""
    return settings.languages[0] if len(settings.languages) == 1 else PYTHON


def read_bounded(path: str, root: str, limit: int) -> bytes | Skipped:
    """The bytes of a file; a link that leads out of `root` is not followed."""
    if os.path.islink(path) and not _is_inside(path, root):  # noqa: PTH114 - ten times as quick, for each file
        return Skipped("link_outside", path, "a link that leads out of its source")
    opened = open_regular(path)
    if isinstance(opened, Skipped):
        return opened
    with opened as file:
        try:
            size = os.fstat(file.fileno()).st_size
            data = file.read(limit + 1) if size <= limit else b""
        except OSError as error:
            return Skipped("unreadable", path, error.strerror or str(error))
    if size > limit or len(data) > limit:
        return Skipped("too_large", path, f"more than {limit} bytes")
    return data


def _is_inside(path: str, root: str) -> bool:
    try:
        return Path(path).resolve().is_relative_to(Path(root).resolve())
    except (OSError, RuntimeError):
        return True  # a loop or a dangling link: opening it says so better


def decode(data: bytes, language: str, where: str) -> str | Skipped:
    """Text of a source: UTF-8, or what a Python file declares; line ends become newlines."""
    encoding = "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"
    try:
        if language == PYTHON and any(_CODING.match(line) for line in data[:400].split(b"\n", 2)[:2]):
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (UnicodeDecodeError, SyntaxError, LookupError) as error:
        return Skipped("invalid_text", where, str(error))
    if "\0" in text:
        return Skipped("binary", where, "a null character")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
