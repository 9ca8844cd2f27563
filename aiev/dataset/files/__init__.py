"""The kinds of files, by the name that a user gives.

Invariants: a sink writes row by row, so memory stays flat; a file has a temporary name until `commit`, so one under its
own name is whole; the same rows give the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.files.hugging_face import HuggingFaceSink
from aiev.dataset.files.jsonl import JsonlSink
from aiev.dataset.files.parquet import ParquetSink

if TYPE_CHECKING:
    from aiev.dataset.files.sink import Sink

SINKS: dict[str, type[Sink]] = {"jsonl": JsonlSink, "parquet": ParquetSink, "hf": HuggingFaceSink}
