"""Rounds with their texts, which the table keeps by hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.store.reading.read_only import parsed
from aiev.store.records import ExecutionRecord

if TYPE_CHECKING:
    from aiev.store.reading.read_only import Row

EXECUTIONS = """
select e.*, p.text as program, t.text as tests, o.text as stdout, r.text as stderr, i.text as install_log
from executions e join blobs p on p.hash = e.program join blobs t on t.hash = e.tests
  join blobs o on o.hash = e.stdout join blobs r on r.hash = e.stderr join blobs i on i.hash = e.install_log
"""


def execution(row: Row) -> ExecutionRecord:
    """A row of `EXECUTIONS` as a record; columns that it does not know are left out."""
    values = parsed(row, "requirements", "installed")
    values |= {name: bool(values[name]) for name in ("stdout_truncated", "stderr_truncated")}
    values |= {name: tuple(values[name]) for name in ("requirements", "installed")}
    return ExecutionRecord(**{name: values[name] for name in ExecutionRecord.__dataclass_fields__})
