"""The texts of rows of files and databases, each with its language.

Invariant: rows are streamed; a row without any text is an error, since nobody would notice that it was not compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiev.errors import UsageError
from aiev.similarity.lexing import TEXT
from aiev.store.reading.texts import TextReader
from aiev.tables.read import read_rows
from aiev_agents.fences import fenced_blocks
from aiev_agents.languages import canonical_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_PROSE = frozenset({"problem", "instruction", "prompt", "text", "description", "question", "docstring"})
_DATABASES = (".db", ".sqlite", ".sqlite3")


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row with its texts."""

    where: str
    """Its file and line, or what names it in a database."""
    texts: tuple[tuple[str, str], ...]
    """Texts with their languages."""
    data: dict[str, Any]


def rows_of(files: Sequence[Path], language: str = "python", fields: Sequence[str] = ()) -> Iterator[TextRow]:
    """Rows of files and databases.

    Args:
        files: tables (see `aiev.tables.read`), or databases of aiev, of which seeds, problems and programs are rows.
        language: of code in rows that do not say.
        fields: which fields of a row are read; none takes every text in it.

    Raises:
        UsageError: a file cannot be read, or a row has no text.
    """
    for file in files:
        if file.suffix in _DATABASES:
            yield from _stored(file)
            continue
        for where, row in read_rows(file):
            texts = tuple(_texts(row, language, fields))
            if not texts:
                raise UsageError(f"{where}: no text in {', '.join(fields) or 'any field'}; name fields with --field")
            yield TextRow(where, texts, row)


def _stored(file: Path) -> Iterator[TextRow]:
    with TextReader.open(file) as reader:
        for kind in ("seeds", "problems", "programs"):
            for name, text, language in reader.texts(kind):
                where = f"{file}: {kind[:-1]} {name}"
                yield TextRow(where, ((text, language),), {"kind": kind[:-1], "id": name, "content": text})


def _texts(row: dict[str, Any], language: str, fields: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Texts of a row with their languages; code in fences counts for itself too."""
    own = canonical_name(str(row.get("language") or row.get("lang") or language)) or language
    for name in fields or row:
        for text in _strings(row.get(name)):
            yield text, TEXT if name in _PROSE or "```" in text else own
            for block in fenced_blocks(text):
                yield block.body, canonical_name(block.language) or own


def _strings(value: Any) -> Iterator[str]:
    """A text, or the contents of a list of messages."""
    if isinstance(value, str) and value.strip():
        yield value
    elif isinstance(value, list):
        for message in value:
            yield from _strings(message.get("content") if isinstance(message, dict) else None)
