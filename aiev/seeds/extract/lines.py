"""Takes runs of consecutive lines out of source.

Invariant: the same text and the same random generator give the same snippets.

Source: OSS-Instruct (Magicoder, arXiv 2312.02120).
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from aiev.seeds.snippet import SNIPPET, Snippet
from aiev_agents.languages import PYTHON
from aiev_agents.lines import bare_lines_of

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

MAX_LINES = 15
_LINES_PER_SNIPPET = 60


def random_lines(text: str, rng: random.Random, language: str = PYTHON) -> Iterator[Snippet]:
    """Runs of 1 to 15 consecutive lines that are not blank, about one for every 60 lines."""
    lines = bare_lines_of(text)
    for _ in range(max(1, len(lines) // _LINES_PER_SNIPPET)):
        size = rng.randint(1, MAX_LINES)
        start = rng.randrange(max(1, len(lines) - size + 1))
        content = textwrap.dedent("\n".join(lines[start : start + size])).strip("\n")
        if content.strip():
            yield Snippet(SNIPPET, content, line=start + 1, language=language)
