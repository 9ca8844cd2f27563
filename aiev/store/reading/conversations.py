"""Single conversations with all that belongs to them, and lists to find them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.errors import UsageError
from aiev.store.reading.evidence import evidence_source
from aiev.store.reading.executions import EXECUTIONS, execution
from aiev.store.reading.listing import Filters, ListedConversation, list_query
from aiev.store.reading.read_only import Reader, parsed, thoughts_column
from aiev.store.records import (
    ConversationRecord,
    ExecutionRecord,
    LabelRecord,
    MessageRecord,
    RequestRecord,
    SeedRecord,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_BY_PREFIX = "select * from conversations where id >= ? and id < ? and substr(id, 1, length(?)) = ? order by id limit 6"
_MESSAGES = """
select position, role, content, train, agent, prompt_hash, request_hash, round{reasoning} from messages
where conversation_id = ? order by position
"""


class ConversationReader(Reader):
    """Reads conversations."""

    def conversations(self, filters: Filters) -> list[ListedConversation]:
        """Conversations that pass the filters, the newest first."""
        query, values = list_query(filters, evidence_source(self.db))
        return [ListedConversation(**row) for row in self.db.rows(query, *values)]

    def conversation(self, prefix: str) -> ConversationRecord:
        """The conversation whose id begins with `prefix`, with its messages.

        Raises:
            UsageError: there is none, or more than one.
        """
        rows = self.db.rows(_BY_PREFIX, prefix, prefix + "\U0010ffff", prefix, prefix)
        if not rows:
            raise UsageError(f"no conversation begins with {prefix!r}; `aiev inspect {self.path}` lists them")
        if len(rows) > 1:
            names = ", ".join(row["id"] for row in rows[:5])
            raise UsageError(f"several conversations begin with {prefix!r}: {names}; give more of the id")
        known = {name: value for name, value in rows[0].items() if name in ConversationRecord.__dataclass_fields__}
        return ConversationRecord(**known, messages=tuple(self._messages(rows[0]["id"])))

    def executions(self, conversation_id: str) -> list[ExecutionRecord]:
        """The rounds of a conversation, in order."""
        rows = self.db.rows(f"{EXECUTIONS} where e.conversation_id = ? order by round", conversation_id)
        return [execution(row) for row in rows]

    def requests(self, conversation_id: str) -> list[RequestRecord]:
        """The paid replies of a conversation, in the order they came, those before a restart included."""
        rows = self.db.rows("select * from requests where conversation_id = ? order by rowid", conversation_id)
        return [RequestRecord(**parsed(row, "request")) for row in rows]

    def seed(self, seed_id: str) -> SeedRecord:
        """A seed by its id."""
        return SeedRecord(**self.db.rows("select * from seeds where id = ?", seed_id)[0])

    def split(self, seed_id: str) -> str:
        """The side that a seed is on; empty when no split was made for it."""
        rows = self.db.rows("select split from splits where seed_id = ?", seed_id)
        return str(rows[0]["split"]) if rows else ""

    def labels(self, conversation_id: str) -> list[LabelRecord]:
        """What people thought of a conversation, the latest first."""
        query = "select conversation_id, label, note, created_at from labels where conversation_id = ? order by id desc"
        return [LabelRecord(**row) for row in self.db.rows(query, conversation_id)]

    def _messages(self, conversation_id: str) -> Iterator[MessageRecord]:
        for row in self.db.rows(_MESSAGES.replace("{reasoning}", thoughts_column(self.db)), conversation_id):
            yield MessageRecord(**row | {"train": bool(row["train"])})
