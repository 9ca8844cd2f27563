"""Writes seeds as JSON lines, Parquet or into a database of aiev, by the ending of the file's name.

Invariants: a file appears under its name only when it is whole; a database is added to, and a seed that is there stays
as it is. At most one batch is held.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Protocol

from aiev.errors import SetupError, UsageError
from aiev.seeds.sources.tables import DATABASES, is_database
from aiev.store.records import SeedRecord
from aiev.store.texts import clean
from aiev.store.writing.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

ENDINGS = (".jsonl", ".jsonl.gz", ".parquet", *DATABASES)
_COLUMNS = [field.name for field in fields(SeedRecord)]


class SeedWriter(Protocol):
    """Where seeds go."""

    def add(self, seeds: Sequence[SeedRecord]) -> None:
        """Write some seeds."""
        ...


@contextmanager
def open_writer(path: Path) -> Iterator[SeedWriter]:
    """A writer for the file; what it wrote is there when the block ends without an error.

    Raises:
        UsageError: the ending is none of ours, or the folder is not there or cannot be written to.
        SetupError: pyarrow is not installed.
        StoreError: the database cannot be opened.
    """
    check_ending(path)
    if not path.parent.is_dir():
        raise UsageError(f"--out {path}: there is no folder {path.parent}")
    if is_database(path):
        with Store.open(path) as store, asyncio.Runner() as runner:
            yield _IntoStore(store, runner)
        return
    part = path.with_name(f".{path.name}.part")
    with ExitStack() as stack:
        stack.callback(part.unlink, missing_ok=True)
        try:
            writer = _parquet(part, stack) if path.suffix == ".parquet" else _jsonl(part, stack, path.suffix == ".gz")
        except OSError as error:
            raise UsageError(f"--out {path}: cannot write there: {error.strerror or error}") from None
        yield writer
        writer.close()
        part.replace(path)


def check_ending(path: Path) -> None:
    """Refuse a file whose ending is none of ours.

    Raises:
        UsageError: it is not.
    """
    if not path.name.endswith(ENDINGS):
        raise UsageError(f"--out {path}: the ending says how seeds are written; there are {', '.join(ENDINGS)}")


class _IntoStore:
    def __init__(self, store: Store, runner: asyncio.Runner) -> None:
        self._store = store
        self._runner = runner

    def add(self, seeds: Sequence[SeedRecord]) -> None:
        self._runner.run(self._store.add_seeds(seeds))


class _Lines:
    def __init__(self, file: Any) -> None:
        self._file = file

    def add(self, seeds: Sequence[SeedRecord]) -> None:
        rows = (json.dumps(asdict(seed), ensure_ascii=False) for seed in seeds)
        self._file.write("".join(f"{row}\n" for row in rows).encode("utf-8", errors="surrogateescape"))

    def close(self) -> None:
        self._file.close()


class _Table:
    def __init__(self, writer: Any, schema: Any) -> None:
        self._writer = writer
        self._schema = schema

    def add(self, seeds: Sequence[SeedRecord]) -> None:
        import pyarrow as pa

        rows = [
            {name: clean(value) if isinstance(value, str) else value for name, value in asdict(seed).items()}
            for seed in seeds
        ]
        self._writer.write_table(pa.Table.from_pylist(rows, schema=self._schema))

    def close(self) -> None:
        self._writer.close()


def _jsonl(path: Path, stack: ExitStack, packed: bool) -> _Lines:  # noqa: FBT001 - one caller, above
    return _Lines(stack.enter_context(gzip.open(path, "wb") if packed else path.open("wb")))


def _parquet(path: Path, stack: ExitStack) -> _Table:
    try:
        import pyarrow as pa
        from pyarrow import parquet as pq
    except ImportError:
        raise SetupError("writing Parquet needs pyarrow: pip install 'aiev[seeds]', or write .jsonl") from None
    schema = pa.schema([(name, pa.string()) for name in _COLUMNS])
    return _Table(stack.enter_context(pq.ParquetWriter(path, schema, compression="zstd")), schema)
