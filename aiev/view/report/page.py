"""The figures of runs as one HTML page that loads nothing else: no script, no font, no picture.

Invariant: every text is escaped, and the page's own policy forbids it to load anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from aiev import __version__
from aiev.view.report.plots import CHARTS, MOST_BARS
from aiev.visible import visible
from aiev.whole_file import whole_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def write_report(runs: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the report.

    Args:
        runs: as `detailed_run_documents` returns them.
        path: the file; an existing one is replaced.

    Raises:
        UsageError: the file cannot be written.
    """
    with whole_file(path, "--html") as file:
        file.write(visible(render_report(runs)))


def render_report(runs: Sequence[dict[str, Any]]) -> str:
    """The page's HTML."""
    environment = Environment(
        loader=PackageLoader("aiev.view.report", "."), undefined=StrictUndefined, autoescape=True, trim_blocks=True
    )
    template = environment.get_template("report.html.j2")
    return template.render(runs=runs, charts=CHARTS, most=MOST_BARS, version=__version__, cost_words=cost_words)


def cost_words(cost: dict[str, Any] | None) -> str:
    """What a run's replies cost, in words; an unknown price is reported as unknown."""
    if cost is None or not cost["replies"]:
        return "cost not recorded"
    if cost["unpriced"] == cost["replies"]:
        return "cost unknown, since no reply has a known price"
    each = cost["dollars_per_accepted"]
    total = f"{cost['dollars']:.4f} US dollars" + (f", {each:.4f} an accepted dialogue" if each is not None else "")
    rest = f" for {cost['replies'] - cost['unpriced']} replies; {cost['unpriced']} more have no known price"
    return total + (rest if cost["unpriced"] else "")
