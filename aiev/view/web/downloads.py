"""The conversations of a selection as a stream: JSON lines with every message, or CSV with the lines of the list.

Invariant: memory depends on the batch, not on the number of conversations. Not covered: datasets for trainers, which
`aiev export` makes.
"""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiev.store.reading.browsing import BrowseReader
from aiev.store.reading.conversations import ConversationReader
from aiev.store.reading.read_only import ReadOnly
from aiev.tables.writing import json_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiev.store.reading.listing import ListedConversation

BATCH = 200
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula at the beginning of a cell."""


class JsonLines:
    """One JSON object a line: the fields of the list, the messages and the programs."""

    content_type = "application/x-ndjson; charset=utf-8"

    def __init__(self, db: Path, rowids: Sequence[int]) -> None:
        self._db = db
        self._rowids = rowids

    async def write(self, out: Any) -> None:
        """Write all, batch by batch."""
        for start in range(0, len(self._rowids), BATCH):
            await out.write(await asyncio.to_thread(self._batch, self._rowids[start : start + BATCH]))

    def _batch(self, rowids: Sequence[int]) -> str:
        with ReadOnly(self._db) as db:
            return self._text(ConversationReader(db), BrowseReader(db).listed(rowids))

    def _text(self, reader: ConversationReader, rows: Sequence[ListedConversation]) -> str:
        lines = []
        for row in rows:
            conversation = reader.conversation(row.id)
            messages = [asdict(message) for message in conversation.messages]
            texts = {"problem": conversation.problem, "program": conversation.program, "tests": conversation.tests}
            lines.append(json_line(asdict(row) | texts | {"messages": messages}))
        return "".join(lines)


class Csv(JsonLines):
    """A line for each conversation, with a heading; a cell that a spreadsheet would run begins with an apostrophe."""

    content_type = "text/csv; charset=utf-8"

    async def write(self, out: Any) -> None:
        """Write the heading, then all."""
        from aiev.store.reading.listing import ListedConversation

        await out.write(_csv([list(ListedConversation.__dataclass_fields__)]))
        await super().write(out)

    def _text(self, reader: ConversationReader, rows: Sequence[ListedConversation]) -> str:  # noqa: ARG002 - the list has it all
        return _csv([[_cell(value) for value in asdict(row).values()] for row in rows])


def _csv(rows: Sequence[Sequence[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


WRITERS = {"jsonl": JsonLines, "csv": Csv}
