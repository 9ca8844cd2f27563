"""The kinds of files that rows go into, by the name that a user gives.

Invariants: a sink writes row by row, so memory stays flat; what it writes is called something else until `commit`, so a
file under its own name is whole; the same rows give the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.files.hugging_face import HuggingFaceSink
from aiev.dataset.files.jsonl import JsonlSink
from aiev.dataset.files.parquet import ParquetSink

if TYPE_CHECKING:
    from aiev.dataset.files.sink import Sink

SINKS: dict[str, type[Sink]] = {"jsonl": JsonlSink, "parquet": ParquetSink, "hf": HuggingFaceSink}
