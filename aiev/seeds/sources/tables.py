"""Tables: JSONL, CSV, Parquet, databases of aiev, Hugging Face datasets and standard input, row by row.

Invariant: at most one row (or one batch of a Parquet row group) is held at a time, and no row beyond
`max_row_bytes`; a table that breaks off is said, and what was read before stays.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev.errors import SeedError, SetupError, StoreError
from aiev.seeds.languages import PYTHON
from aiev.seeds.sources.items import Skipped, SourceText
from aiev.seeds.sources.reading import bounded_lines, decode, open_regular
from aiev.seeds.sources.rows import Columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from aiev.seeds.settings import SourceSettings
    from aiev.seeds.sources.items import Item

HUB_PREFIX = "hf:"
STDIN = "-"
_PARQUET_ROWS = 256
_MAX_GROUP_BYTES = 1 << 31


def table_items(path: Path, name: str, settings: SourceSettings) -> Iterator[Item]:
    """Rows of a table file, by its ending."""
    read = _READERS.get(_ending(path))
    if read is None:
        raise SeedError(f"{path}: no table that aiev can read; there are {', '.join(_READERS)}")
    yield from read(path, name, settings)


def is_table(path: Path) -> bool:
    """Whether a file's ending is that of a table."""
    return _ending(path) in _READERS


def _ending(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes[-2:]]
    return "".join(suffixes) if suffixes[-1:] == [".gz"] else (suffixes[-1] if suffixes else "")


def _opened(path: Path, name: str, read: Callable[[BinaryIO], Iterator[Item]]) -> Iterator[Item]:
    """Hand an open file on; a failure while it is read ends it and is said."""
    opened = open_regular(path)
    if isinstance(opened, Skipped):
        yield opened
        return
    with opened as file:
        try:
            if path.suffix == ".gz":
                with gzip.open(file, "rb") as unpacked:
                    yield from read(io.BufferedReader(unpacked))
            else:
                yield from read(file)
        except (OSError, EOFError, zlib.error) as error:
            yield Skipped("unreadable", name, str(error))


def _jsonl(path: Path, name: str, settings: SourceSettings) -> Iterator[Item]:
    return _opened(path, name, lambda file: jsonl_items(file, name, settings))


def jsonl_items(file: BinaryIO, name: str, settings: SourceSettings) -> Iterator[Item]:
    """Rows of JSON lines."""
    columns: dict[tuple[str, ...], Columns] = {}
    for number, line in enumerate(bounded_lines(file, settings.max_row_bytes), 1):
        where = f"{name}:{number}"
        if line is None:
            yield Skipped("too_large", where, f"a line of more than {settings.max_row_bytes} bytes")
            continue
        if not line.strip():
            continue
        try:
            row: Any = json.loads(line.decode("utf-8", errors="surrogateescape"))
        except (ValueError, RecursionError) as error:
            yield Skipped("not_json", where, str(error))
            continue
        if not isinstance(row, dict):
            yield Skipped("not_json", where, "a row must be an object in braces")
            continue
        names = tuple(row)
        if names not in columns:
            if len(columns) > _PARQUET_ROWS:
                columns.clear()
            columns[names] = Columns.found_in(names, settings)
        yield columns[names].item(row, where)


def _csv(path: Path, name: str, settings: SourceSettings) -> Iterator[Item]:
    return _opened(path, name, lambda file: csv_items(file, name, settings, "\t" if ".tsv" in path.suffixes else ","))


def csv_items(file: BinaryIO, name: str, settings: SourceSettings, delimiter: str = ",") -> Iterator[Item]:
    """Rows of a table with a head line."""
    csv.field_size_limit(settings.max_row_bytes)
    too_long = list[int]()

    def lines() -> Iterator[str]:
        for number, line in enumerate(bounded_lines(file, settings.max_row_bytes), 1):
            if line is None:
                too_long.append(number)
            else:
                yield line.decode("utf-8-sig" if number == 1 else "utf-8", errors="surrogateescape")

    rows = csv.DictReader(lines(), delimiter=delimiter)
    columns: Columns | None = None
    try:
        for number, row in enumerate(rows, 1):
            columns = columns or Columns.found_in([key for key in row if key], settings)
            yield columns.item(row, f"{name}:{number}")
    except csv.Error as error:
        yield Skipped("not_csv", f"{name}:{rows.line_num}", str(error))
    for number in too_long:
        yield Skipped("too_large", f"{name}, line {number}", f"more than {settings.max_row_bytes} bytes")


def _parquet(path: Path, name: str, settings: SourceSettings) -> Iterator[Item]:
    try:
        import pyarrow as pa
        from pyarrow import parquet as pq
    except ImportError:
        raise SetupError(f"{path}: reading Parquet needs pyarrow: pip install 'aiev[seeds]'") from None
    opened = open_regular(path)
    if isinstance(opened, Skipped):
        yield opened
        return
    with opened as file:
        try:
            table = pq.ParquetFile(file)
            columns = Columns.found_in(table.schema_arrow.names, settings)
            number = 0
            for group in range(table.num_row_groups):
                about = table.metadata.row_group(group)
                if about.total_byte_size > _MAX_GROUP_BYTES:
                    yield Skipped("too_large", f"{name}, row group {group}", f"{about.total_byte_size} bytes")
                    number += about.num_rows
                    continue
                wanted = [column for column in columns.needed() if column in table.schema_arrow.names]
                for batch in table.iter_batches(_PARQUET_ROWS, row_groups=[group], columns=wanted, use_threads=False):
                    for row in batch.to_pylist():
                        number += 1
                        yield columns.item(row, f"{name}:{number}")
        except (pa.ArrowException, OSError, ValueError) as error:
            yield Skipped("broken_table", name, str(error).splitlines()[0] if str(error) else type(error).__name__)


def _database(path: Path, name: str, settings: SourceSettings) -> Iterator[Item]:
    from aiev.store.reading.reader import Reader

    del settings
    try:
        with Reader(path) as reader:
            for seed in reader.seeds():
                yield SourceText(
                    seed.content,
                    seed.source,
                    seed.licence,
                    whole=True,
                    kind=seed.kind,
                    name=seed.name,
                    language=seed.language,
                    repository=seed.repository,
                    revision=seed.revision,
                    blob=seed.blob,
                )
    except StoreError as error:
        yield Skipped("broken_table", name, str(error))


def hub_items(name: str, settings: SourceSettings) -> Iterator[Item]:
    """Rows of a Hugging Face dataset, streamed: a name on the hub or a folder; `hf:NAME`.

    Raises:
        SetupError: the library is not installed.
        SeedError: there is no such dataset, or it cannot be reached.
    """
    try:
        from datasets import load_dataset, load_from_disk
    except ImportError:
        raise SetupError(f"{HUB_PREFIX}{name} needs the datasets library: pip install 'aiev[seeds]'") from None
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
            f"{HUB_PREFIX}{name}: cannot open split {settings.split!r}: {type(error).__name__}: "
            f"{(str(error).splitlines() or [''])[0]}"
        ) from None
    columns: Columns | None = None
    number = 0
    try:
        for number, row in enumerate(rows, 1):
            columns = columns or Columns.found_in(list(row), settings)
            yield columns.item(row, f"{HUB_PREFIX}{name}:{number}")
    except Exception as error:  # noqa: BLE001 - see above; what was read stays
        why = (str(error).splitlines() or [type(error).__name__])[0]
        yield Skipped("broken_table", f"{HUB_PREFIX}{name}:{number + 1}", why)


def stdin_items(settings: SourceSettings, stream: BinaryIO | None = None) -> Iterator[Item]:
    """Standard input: JSON lines when it begins with a brace, else one source file."""
    file = stream or sys.stdin.buffer
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(file)  # type: ignore[type-var]
    if buffered.peek(1)[:1] == b"{":
        yield from jsonl_items(buffered, "stdin", settings)
        return
    language = settings.languages[0] if len(settings.languages) == 1 else PYTHON
    data = buffered.read(settings.max_file_bytes + 1)
    if len(data) > settings.max_file_bytes:
        yield Skipped("too_large", "stdin", f"more than {settings.max_file_bytes} bytes that are not JSON lines")
        return
    text = decode(data, language, "stdin")
    yield text if isinstance(text, Skipped) else SourceText(text, "stdin", language=language)


_READERS: dict[str, Callable[[Path, str, SourceSettings], Iterator[Item]]] = {
    ".jsonl": _jsonl,
    ".jsonl.gz": _jsonl,
    ".ndjson": _jsonl,
    ".json.gz": _jsonl,
    ".csv": _csv,
    ".tsv": _csv,
    ".csv.gz": _csv,
    ".parquet": _parquet,
    ".db": _database,
    ".sqlite": _database,
}
