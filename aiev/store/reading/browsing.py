"""What the web pages need beside single conversations: row numbers, lines of the list, searches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.errors import UsageError
from aiev.store.reading.evidence import evidence_source
from aiev.store.reading.listing import ListedConversation, rows_query
from aiev.store.reading.read_only import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.store.reading.facets import FacetIndex

_BEGINNINGS = """
select m.conversation_id as id, substr(m.content, 1, ?) as text from conversations c
  join messages m on m.conversation_id = c.id where c.rowid = ? order by m.position
"""


class BrowseReader(Reader):
    """Reads what the web pages show."""

    def listed(self, rowids: Sequence[int]) -> list[ListedConversation]:
        """Lines of the list for conversations by their row numbers, the newest first; a few hundred at most."""
        query = rows_query(len(rowids), evidence_source(self.db))
        return [ListedConversation(**row) for row in self.db.rows(query, *rowids)] if rowids else []

    def rowid(self, conversation_id: str) -> int:
        """Row number of a conversation; raises UsageError when there is none of this id."""
        rows = self.db.rows("select rowid as number from conversations where id = ?", conversation_id)
        if not rows:
            raise UsageError(f"there is no conversation {conversation_id!r}")
        return int(rows[0]["number"])

    def ids(self, rowids: Sequence[int]) -> dict[int, str]:
        """Ids of conversations by their row numbers."""
        query = "select id from conversations where rowid = ?"
        return {rowid: row["id"] for rowid in rowids for row in self.db.rows(query, rowid)}

    def search(self, index: FacetIndex, text: str) -> int:
        """The choice of conversations in which a message holds all the words of a text."""
        with self.db.connection() as connection:
            return index.search(connection, text)

    def beginnings(self, rowids: Sequence[int], length: int) -> dict[str, list[str]]:
        """The first characters of each message of some conversations, by conversation, in order."""
        found: dict[str, list[str]] = {}
        for rowid in rowids:
            for row in self.db.rows(_BEGINNINGS, length, rowid):
                found.setdefault(row["id"], []).append(row["text"])
        return found

    def seed_count(self) -> int:
        """Seeds in the file, those without a conversation included."""
        return int(self.db.rows("select count(*) as number from seeds")[0]["number"])
