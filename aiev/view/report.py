"""Figures as one HTML page that needs nothing else: no script, no font, no picture from elsewhere.

Invariant: every text is escaped, and the page forbids itself to load anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from aiev import __version__
from aiev.errors import UsageError
from aiev.view.plots import CHARTS, MOST_BARS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def write_report(runs: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the report.

    Args:
        runs: as `detailed_json` gives them, each with `figures`.
        path: the file; replaced when it is there.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        partial = path.with_name(f"{path.name}.partial")
        partial.write_text(render_report(runs), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}; name another file with --html") from None


def render_report(runs: Sequence[dict[str, Any]]) -> str:
    """The page's text."""
    environment = Environment(
        loader=PackageLoader("aiev.view", "."), undefined=StrictUndefined, autoescape=True, trim_blocks=True
    )
    template = environment.get_template("report.html.j2")
    return template.render(runs=runs, charts=CHARTS, most=MOST_BARS, version=__version__, paid=paid)


def paid(cost: dict[str, Any] | None) -> str:
    """What a run's replies cost, in words: never 0 for what has no known price."""
    if cost is None or not cost["replies"]:
        return "cost not recorded"
    if cost["unpriced"] == cost["replies"]:
        return "cost unknown, since no reply has a known price"
    each = cost["dollars_per_accepted"]
    said = f"{cost['dollars']:.4f} US dollars" + (f", {each:.4f} an accepted dialogue" if each is not None else "")
    rest = f" for {cost['replies'] - cost['unpriced']} replies; {cost['unpriced']} more have no known price"
    return said + (rest if cost["unpriced"] else "")
