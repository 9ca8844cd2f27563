"""Finds the licence of a source file: its own SPDX line, or the licence file nearest above it.

Invariant: a licence is named (as an SPDX identifier) only on evidence; None means unknown, not free.
Not covered: licence files that hold several licences; the first that is recognised counts.
"""

from __future__ import annotations

import re
import sysconfig
from pathlib import Path

_SPDX = re.compile(r"SPDX-License-Identifier:\s*([\w.+-]+(?:\s+(?:OR|AND|WITH)\s+[\w.+-]+)*)")
_FILES = (
    "LICENSE",
    "LICENSE.txt",
    "LICENSE.md",
    "LICENSE.rst",
    "LICENCE",
    "LICENCE.txt",
    "COPYING",
    "COPYING.txt",
)
_PHRASES = (
    ("PSF-2.0", "PYTHON SOFTWARE FOUNDATION LICENSE"),
    ("Apache-2.0", "Apache License"),
    ("MIT", "Permission is hereby granted, free of charge"),
    ("BSD-3-Clause", "Neither the name of"),
    ("BSD-2-Clause", "Redistributions in binary form must reproduce"),
    ("ISC", "Permission to use, copy, modify, and/or distribute"),
    ("MPL-2.0", "Mozilla Public License Version 2.0"),
    ("LGPL-3.0-only", "GNU LESSER GENERAL PUBLIC LICENSE"),
    ("GPL-3.0-only", "GNU GENERAL PUBLIC LICENSE"),
)
_HEADER_CHARS = 2000


class Licences:
    """Licences of the files below one source; looks no higher than that source."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._known: dict[Path, str | None] = {}

    def of(self, path: Path, text: str) -> str | None:
        """SPDX identifier of a file's licence, or None when it is not known."""
        own = _SPDX.search(text, 0, _HEADER_CHARS)
        return own[1] if own else self._folder(path.resolve().parent)

    def _folder(self, folder: Path) -> str | None:
        if folder not in self._known:
            found = _licence_file(folder)
            inside = folder != self._root and folder.is_relative_to(self._root)
            self._known[folder] = found or (self._folder(folder.parent) if inside else _standard_library(folder))
        return self._known[folder]


def _licence_file(folder: Path) -> str | None:
    for name in _FILES:
        try:
            text = " ".join((folder / name).read_text(encoding="utf-8", errors="replace").split())
        except OSError:
            continue
        for licence, phrase in _PHRASES:
            if phrase.lower() in text.lower():
                return licence
    return None


def _standard_library(folder: Path) -> str | None:
    """The running Python's own library needs no licence file to be known."""
    library = Path(sysconfig.get_path("stdlib")).resolve()
    return "PSF-2.0" if folder.is_relative_to(library) else None
