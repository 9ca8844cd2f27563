"""A snippet: a piece of source or a problem, before it is stored as a seed.

Invariant: a snippet's id depends on its kind, language and text alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from aiev.store.records import SeedRecord
from aiev_agents.languages import PYTHON

FUNCTION, SNIPPET, PROBLEM = "function", "snippet", "problem"
_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of source, with where it comes from."""

    kind: str
    """`function` (documented), `snippet` (consecutive lines) or `problem` (a programming task in words)."""
    content: str
    line: int = 0
    """Counts from 1; 0 when the snippet is the whole of a row."""
    name: str | None = None
    language: str = PYTHON
    path: str = ""
    """Relative to the given source; `file:row` where a row names none."""
    licence: str | None = None
    """SPDX expression; None when it is not known."""
    repository: str = ""
    revision: str = ""
    """Commit that it was read at; empty outside of git."""
    blob: str = ""
    """Git's hash of the file's content; empty outside of git."""
    evolved_from: str = ""
    """Id of the seed that it was made harder from; empty when it was found as it is."""
    heuristic: str = ""
    """What made it harder."""

    @property
    def id(self) -> str:
        """What names the seed for good."""
        text = f"{self.kind}\0{self.language}\0{self.content}"
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_ID_DIGITS]

    @property
    def source(self) -> str:
        """Path and line, as it is stored."""
        return f"{self.path}:{self.line}" if self.line else self.path

    def record(self) -> SeedRecord:
        """The stored form."""
        return SeedRecord(
            id=self.id,
            kind=self.kind,
            language=self.language,
            content=self.content,
            source=self.source,
            licence=self.licence,
            name=self.name,
            repository=self.repository,
            revision=self.revision,
            blob=self.blob,
            evolved_from=self.evolved_from,
            heuristic=self.heuristic,
        )

    @classmethod
    def of(cls, seed: SeedRecord) -> Snippet:
        """A stored seed as a snippet; its line stays in the path."""
        return cls(
            kind=seed.kind,
            content=seed.content,
            name=seed.name,
            language=seed.language,
            path=seed.source,
            licence=seed.licence,
            repository=seed.repository,
            revision=seed.revision,
            blob=seed.blob,
            evolved_from=seed.evolved_from,
            heuristic=seed.heuristic,
        )
