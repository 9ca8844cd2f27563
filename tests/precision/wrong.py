"""Wrong acceptances as Markdown, to be explained by hand.

Invariant: what a person has written after `Why:` is kept when the list is made anew, as long as some policy still
accepts the program.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from precision.outcomes import sound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from precision.outcomes import Dialogue, Round

UNEXPLAINED = "not looked at yet"
_ENTRY = re.compile(r"^## (?P<title>.+?)$.*?^Why: (?P<why>.+?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_SHOWN = 900
"""Characters of the hidden tests' output."""


def write_wrong(dialogues: Sequence[Dialogue], path: Path) -> int:
    """Write the list, and return how many programs are in it."""
    found: dict[tuple[str, str], list[Dialogue]] = {}
    for one in sound(list(dialogues)):
        if one.accepted and not one.right:
            found.setdefault((one.name, one.rounds[-1].program), []).append(one)
    explained = _explained(path)
    entries = [_entry(listed, explained) for _, listed in sorted(found.items(), key=lambda pair: pair[0])]
    head = "# Wrong acceptances\n\nPrograms that were accepted and fail the hidden tests, by policy.\n"
    path.write_text("\n".join([head, *entries]), encoding="utf-8")
    return len(entries)


def _explained(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {match["title"]: match["why"].strip() for match in _ENTRY.finditer(text)}


def _entry(dialogues: Sequence[Dialogue], explained: dict[str, str]) -> str:
    first = dialogues[0]
    digest = hashlib.sha256(first.rounds[-1].program.encode(errors="surrogatepass")).hexdigest()
    title = f"{first.name}, program {digest[:8]}"
    accepted = ", ".join(f"{one.policy} ({one.id})" for one in dialogues)
    last: Round = first.rounds[-1]
    blocks = (("Problem", "text", first.problem), ("Program", "python", last.program), ("Tests", "python", last.tests))
    shown = "\n\n".join(f"{name}:\n\n{_fenced(kind, text)}" for name, kind, text in blocks)
    output = _fenced("text", last.output[-_SHOWN:])
    right = next((number for number, one in enumerate(first.rounds, 1) if one.right), 0)
    history = f"round {right} was right" if right else "no round was right"
    evidence = first.evidence.sentence if first.evidence else "none"
    return (
        f"## {title}\n\nAccepted by {accepted} after {len(first.rounds)} rounds; {history}. Evidence: {evidence}\n\n"
        f"{shown}\n\nHidden tests:\n\n"
        f"{output}\n\nWhy: {explained.get(title, UNEXPLAINED)}\n"
    )


def _fenced(kind: str, text: str) -> str:
    """A block whose fence no line of the text can end."""
    longest = max((len(run) for run in re.findall(r"^`+", text, re.MULTILINE)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{kind}\n{text.strip()}\n{fence}"
