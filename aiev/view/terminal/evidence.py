"""The evidence of one conversation on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from aiev.view.evidence import TEST_COLUMNS, evidence_words
from aiev.view.safe import safe
from aiev.view.terminal.tables import columns, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from aiev.store.records import EvidenceRecord
    from aiev.view.evidence import EvidenceWords

COLOURS = {"verified": "green", "unverified": "yellow", "contradicted": "red", "none": "dim"}


def evidence_panel(evidence: EvidenceRecord) -> RenderableType:
    """Figures, the counter-example, what the arbiter said, and each test with what became of it."""
    words = evidence_words(evidence)
    title = Text(f"evidence · {words.status}", "bold")
    return Panel(Group(*_parts(words)), title=title, title_align="left", border_style=COLOURS[words.status])


def _parts(words: EvidenceWords) -> Iterator[RenderableType]:
    listed = {
        "not verified": words.reasons,
        "counter-example": [words.counterexample] if words.counterexample else [],
        "fails": words.failed,
        "arbiter": words.arbitrations,
        "unnoticed": words.survivors,
    }
    rows = [*words.figures, *((name, "\n".join(lines)) for name, lines in listed.items() if lines)]
    yield pairs((name, safe(text)) for name, text in rows)
    if words.tests:
        table = columns(TEST_COLUMNS)
        for row in words.tests:
            table.add_row(*(Text(safe(cell)) for cell in row))
        yield Text("")
        yield table
