"""Turns what models and programs wrote into HTML that shows it as text.

Invariant: everything goes through `safe` (no control characters, bounded lines) and is escaped, by Pygments, by
markupsafe or by the template; none of it is read as markup. Long texts have no syntax colours, which would
take too long.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from aiev.view.changes import repair_changes
from aiev.view.fenced import blocks
from aiev.view.safe import safe
from aiev_agents.languages import canonical_name

if TYPE_CHECKING:
    from pygments.lexer import Lexer

    from aiev.store.records import ExecutionRecord

MAX_HIGHLIGHTED = 20_000
"""Characters of the longest block with syntax colours."""
MAX_RAW = 20_000
"""Characters of a request or an output that a page shows; the JSON has all."""
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True, classprefix="c-")
_ANSWERS = {"json": "json", "text": "text", "output": "text"}


def reply_parts(text: str) -> list[dict[str, Any]]:
    """A message as prose and blocks of code, each `{"code": bool, "language": str, "html": Markup}`."""
    parts = []
    for language, block in blocks(safe(text)):
        if language is not None:
            parts.append({"code": True, "language": language, "html": code(block, language)})
        elif prose := block.strip("\n"):
            parts.append({"code": False, "language": "", "html": escape(prose)})
    return parts


def code(text: str, language: str) -> Markup:
    """Code with syntax colours; `text` must be safe."""
    lexer = _lexer(canonical_name(language) or _ANSWERS.get(language, "text"))
    if len(text) > MAX_HIGHLIGHTED or lexer is None:
        return escape(text)
    return Markup(highlight(text, lexer, _FORMATTER).removesuffix("\n"))  # noqa: S704 - Pygments escapes what it formats


@lru_cache
def _lexer(name: str) -> Lexer | None:
    try:
        return None if name == "text" else get_lexer_by_name(name, stripnl=False)
    except ClassNotFound:
        return None


def repair(before: ExecutionRecord, after: ExecutionRecord) -> dict[str, Any]:
    """What a repair changed: lines with their kind, and the numbers of added and removed ones."""
    lines = repair_changes(before, after)
    shown = [(_kind(line), line) for line in safe("\n".join(lines)).split("\n")] if lines else []
    kinds = [kind for kind, _ in shown]
    return {
        "before": before.round,
        "after": after.round,
        "lines": shown,
        "added": kinds.count("added"),
        "removed": kinds.count("removed"),
    }


def _kind(line: str) -> str:
    if line.startswith(("--- ", "+++ ")):
        return "file"
    if line.startswith("@@"):
        return "place"
    return {"+": "added", "-": "removed"}.get(line[:1], "same")


def cut(text: str) -> str:
    """A text for a box of a page: safe, and cut with a mark when it is long."""
    if len(text) <= MAX_RAW:
        return safe(text)
    return f"{safe(text[:MAX_RAW])}\n... [{len(text) - MAX_RAW} characters more, in the JSON]"
