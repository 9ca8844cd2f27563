"""Tables as sources: files of rows, databases of aiev, Hugging Face datasets and standard input.

Invariant: what is wrong with a row or a table is an item that says so; the rows around it are read.
"""

from __future__ import annotations

import codecs
import io
import re
import sys
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev.errors import SeedError, StoreError
from aiev.extras import extra
from aiev.seeds.snippet import Snippet
from aiev.seeds.sources.columns import Columns
from aiev.seeds.sources.items import SourceText
from aiev.seeds.sources.reading import assumed_language, decode
from aiev.store.reading.texts import TextReader
from aiev.tables import read
from aiev.tables.row import Row, Skipped
from aiev.tables.text import MAX_DOCUMENT_BYTES, json_lines, json_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from aiev.seeds.settings import SeedsSettings
    from aiev.seeds.sources.items import Item

HUB_PREFIX = "hf:"
STDIN = "-"
DATABASES = (".db", ".sqlite")
_ARRAY_OF_ROWS = re.compile(rb"\[\s*\{")


def is_database(path: Path) -> bool:
    """Whether a file's ending is that of a database."""
    return path.suffix.lower() in DATABASES


def is_table(path: Path) -> bool:
    """Whether a file's ending is that of a table or of a database."""
    return is_database(path) or read.is_table(path)


def table_items(path: Path, name: str, settings: SeedsSettings) -> Iterator[Item]:
    """Rows of a table or of a database."""
    if is_database(path):
        return _stored(path, name)
    columns = _columns(settings)
    rows = read.scan_table(
        path,
        name,
        max_row_bytes=settings.max_row_bytes,
        wanted=lambda names: columns(tuple(names)).needed(names),
    )
    return _items(rows, settings)


def hub_items(name: str, settings: SeedsSettings) -> Iterator[Item]:
    """Rows of a Hugging Face dataset, streamed: a name on the hub or a folder; `hf:NAME`.

    Raises:
        SetupError: the library is not installed.
        SeedError: there is no such dataset, or it cannot be reached.
    """
    source = f"{HUB_PREFIX}{name}"
    with extra("seeds", source):
        from datasets import load_dataset, load_from_disk
    folder = Path(name)
    try:
        if (folder / "state.json").is_file():
            rows: Any = load_from_disk(name)
        elif (folder / "dataset_dict.json").is_file():
            rows = load_from_disk(name)[settings.split]
        else:
            rows = load_dataset(name, settings.subset or None, split=settings.split, streaming=True)
    except Exception as error:  # noqa: BLE001 - the library raises whatever its network and file layers do
        raise SeedError(
            f"{source}: cannot open split {settings.split!r}: {type(error).__name__}: {_first_line(error)}"
        ) from None
    yield from _items(_numbered(rows, source), settings)


def stdin_items(settings: SeedsSettings, stream: BinaryIO | None = None) -> Iterator[Item]:
    """Standard input: JSON lines when it begins with a brace, an array of rows, else one source file."""
    file = stream or sys.stdin.buffer
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(file)  # type: ignore[type-var]
    head = buffered.peek(1).removeprefix(codecs.BOM_UTF8).lstrip()
    if head.startswith(b"{"):
        yield from _items(json_lines(buffered, "stdin", settings.max_row_bytes), settings)
        return
    if _ARRAY_OF_ROWS.match(head):
        whole = io.BytesIO(buffered.read(MAX_DOCUMENT_BYTES + 1))
        yield from _items(json_rows(whole, "stdin", settings.max_row_bytes), settings)
        return
    data = buffered.read(settings.max_file_bytes + 1)
    if len(data) > settings.max_file_bytes:
        yield Skipped("too_large", "stdin", f"more than {settings.max_file_bytes} bytes that are not JSON lines")
        return
    language = assumed_language(settings)
    text = decode(data, language, "stdin")
    yield text if isinstance(text, Skipped) else SourceText(text, "stdin", language=language)


def _items(rows: Iterable[Row | Skipped], settings: SeedsSettings) -> Iterator[Item]:
    columns = _columns(settings)
    for row in rows:
        yield row if isinstance(row, Skipped) else columns(tuple(row.fields)).item(row.fields, row.where)


def _columns(settings: SeedsSettings) -> Callable[[tuple[str, ...]], Columns]:
    return lru_cache(maxsize=256)(partial(Columns.found_in, settings=settings))


def _numbered(rows: Iterable[dict[str, Any]], source: str) -> Iterator[Row | Skipped]:
    number = 0
    try:
        for number, row in enumerate(rows, 1):
            yield Row(f"{source}:{number}", row)
    except Exception as error:  # noqa: BLE001 - the library raises whatever its layers do; what was read stays
        yield Skipped("broken_table", f"{source}:{number + 1}", _first_line(error) or type(error).__name__)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _stored(path: Path, name: str) -> Iterator[Item]:
    try:
        with TextReader.open(path) as reader:
            for seed in reader.seeds():
                yield Snippet.of(seed)
    except StoreError as error:
        yield Skipped("broken_table", name, str(error))
