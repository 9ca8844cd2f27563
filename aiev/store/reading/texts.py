"""Seeds, problems and programs as streams: what near-duplicates and contamination are looked for in.

Invariant: memory does not grow with the database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from aiev.store.reading.read_only import Reader
from aiev.store.records import SeedRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

TextKind = Literal["seeds", "problems", "programs"]
_TEXTS: dict[TextKind, str] = {
    "seeds": "select id, content, iif(kind = 'problem', 'text', language) from seeds order by rowid",
    "problems": "select id, problem, 'text' from conversations where problem <> '' order by rowid",
    "programs": """select c.id, c.program,
          coalesce(nullif(json_extract(r.config, '$.dialogue.language'), ''), s.language)
        from conversations c join seeds s on s.id = c.seed_id join runs r on r.id = c.run_id
        where c.program <> '' order by c.rowid""",
}


class TextReader(Reader):
    """Streams texts."""

    def texts(self, kind: TextKind) -> Iterator[tuple[str, str, str]]:
        """Every text of a kind, in the order in which it was stored: id, text, language (`text` for prose)."""
        with self.db.connection() as connection:
            yield from connection.execute(_TEXTS[kind])

    def seeds(self) -> Iterator[SeedRecord]:
        """All seeds, in the order in which they came."""
        return (SeedRecord(**row) for row in self.db.stream("select * from seeds order by rowid"))
