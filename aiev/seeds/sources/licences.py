"""Finds the licence of a source file: its own SPDX line, the licence file nearest above it, or its package's metadata.

Invariant: a licence is named (as an SPDX identifier) only on evidence; None means unknown, not free.
Not covered: licence files that hold several licences; the first that is recognised counts.
"""

from __future__ import annotations

import os
import re
import sysconfig
from pathlib import Path

_SPDX = re.compile(r"SPDX-License-Identifier:\s*([\w.+-]+(?:\s+(?:OR|AND|WITH)\s+[\w.+-]+)*)")
LICENCE_FILES = (
    *("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENSE.rst", "LICENCE", "LICENCE.txt", "COPYING", "COPYING.txt"),
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
    ("AGPL-3.0-only", "GNU AFFERO GENERAL PUBLIC LICENSE"),
    ("GPL-3.0-only", "GNU GENERAL PUBLIC LICENSE"),
)
_FOUND = tuple((licence, phrase.lower()) for licence, phrase in _PHRASES)
_CLASSIFIERS = (
    ("MIT License", "MIT"),
    ("Apache Software License", "Apache-2.0"),
    ("Python Software Foundation License", "PSF-2.0"),
    ("ISC License", "ISC"),
    ("Mozilla Public License 2.0", "MPL-2.0"),
    ("GNU Affero General Public License v3", "AGPL-3.0-only"),
    ("GNU Lesser General Public License v3", "LGPL-3.0-only"),
    ("GNU General Public License v3", "GPL-3.0-only"),
)
"""Trove classifiers that name one licence; "BSD License" names none in particular."""
_HEADER_CHARS = 2000
_MAX_BYTES = 200_000


class Licences:
    """Licences of the files below one source; looks no higher than that source."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._known: dict[Path, str | None] = {}
        self._beside: dict[str, str | None] = {}
        """Of files by their folder as it was given: to resolve it takes longer than all the rest."""
        self._packages: dict[Path, dict[str, str]] = {}

    def of(self, path: str | Path, text: str) -> str | None:
        """SPDX expression of a file's licence, or None when it is not known."""
        own = own_licence(text)
        if own is not None:
            return own
        folder = os.path.dirname(path)  # noqa: PTH120 - a tenth of the time, for each file
        if folder not in self._beside:
            self._beside[folder] = self._folder(Path(folder).resolve())
        return self._beside[folder]

    def _folder(self, folder: Path) -> str | None:
        if folder not in self._known:
            found = _licence_file(folder)
            inside = folder != self._root and folder.is_relative_to(self._root)
            if found is None and inside:
                found = self._installed(folder.parent).get(folder.name) or self._folder(folder.parent)
            self._known[folder] = found or (None if inside else _standard_library(folder))
        return self._known[folder]

    def _installed(self, folder: Path) -> dict[str, str]:
        """Licences of the packages installed into a folder, by the names that they import as."""
        if folder not in self._packages:
            self._packages[folder] = _package_licences(folder)
        return self._packages[folder]


def own_licence(text: str) -> str | None:
    """The licence that a file names at its top."""
    own = _SPDX.search(text, 0, _HEADER_CHARS) if "SPDX" in text[:_HEADER_CHARS] else None
    return own[1] if own else None


def licence_in(text: str) -> str | None:
    """The licence whose text this is."""
    plain = " ".join(text.split()).lower()
    return next((licence for licence, phrase in _FOUND if phrase in plain), None)


def _licence_file(folder: Path) -> str | None:
    for name in LICENCE_FILES:
        if licence := licence_in(_read(folder / name)):
            return licence
    return None


def _package_licences(folder: Path) -> dict[str, str]:
    """From the metadata beside packages, as wheels and pip leave it (PEP 376, PEP 639)."""
    found = dict[str, str]()
    for about in sorted(folder.glob("*.dist-info")):
        if licence := _metadata_licence(about):
            record = _read(about / "RECORD", limit=50 * _MAX_BYTES)
            tops = {line.partition("/")[0] for line in record.split("\n") if "/" in line}
            found.update(dict.fromkeys((top for top in tops if not top.endswith((".dist-info", ".data"))), licence))
    return found


def _metadata_licence(about: Path) -> str | None:
    headers = _read(about / "METADATA").partition("\n\n")[0].split("\n")
    for line in headers:
        if line.startswith("License-Expression:"):
            return line.partition(":")[2].strip() or None
    for folder in (about / "licenses", about):
        if licence := _licence_file(folder):
            return licence
    for line in headers:
        if line.startswith("Classifier: License ::"):
            for words, licence in _CLASSIFIERS:
                if words in line:
                    return licence
    return None


def _read(path: Path, limit: int = _MAX_BYTES) -> str:
    """Text of a regular file up to a limit; empty where there is none."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(limit).decode("utf-8", errors="replace")
    except OSError:
        return ""


def _standard_library(folder: Path) -> str | None:
    """The running Python's own library needs no licence file to be known."""
    library = Path(sysconfig.get_path("stdlib")).resolve()
    return "PSF-2.0" if folder.is_relative_to(library) and "site-packages" not in folder.parts else None
