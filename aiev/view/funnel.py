"""The report of a build of seeds, for a terminal: a funnel, filter by filter, then what came out.

Invariant: every text that came from a source passes through `safe`. Takes the report as plain data, as `--json` prints
it, so that a stored report can be shown too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from aiev.view.safe import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import RenderableType

_NAMED = 10
"""So many unreadable files are shown; the JSON report has more."""
_LISTED = 12


def funnel_view(report: Mapping[str, Any]) -> RenderableType:
    """The report as a table, and a few lines below it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, justify in (("filter", "left"), ("in", "right"), ("dropped", "right"), ("out", "right"), ("why", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    candidates = report["candidates"]
    table.add_row("candidates", "", "", f"{candidates['in']:,}", _files(report["files_and_rows"]))
    for stage in report["filters"]:
        dropped = sum(stage["dropped"].values())
        why = ", ".join(f"{count:,} {reason}" for reason, count in stage["dropped"].items())
        table.add_row(stage["filter"], f"{stage['in']:,}", f"{dropped:,}", f"{stage['out']:,}", safe(why))
    gone = sum(candidates["dropped"].values())
    check = "kept + dropped = in" if candidates["balances"] else "DOES NOT BALANCE"
    table.add_row("kept", f"{candidates['in']:,}", f"{gone:,}", f"{candidates['kept']:,}", check, style="bold")
    return Group(table, Text(), *(Text(safe(line)) for line in _below(report)))


def _files(counts: Mapping[str, Any]) -> str:
    passed = ", ".join(f"{count:,} {reason}" for reason, count in counts["passed_over"].items())
    return f"from {counts['read']:,} files or rows" + (f"; passed over: {passed}" if passed else "")


def _below(report: Mapping[str, Any]) -> Iterable[str]:
    languages = (f"{name} {of['kept']:,} of {of['in']:,}" for name, of in report["languages"].items())
    yield f"languages  {', '.join(languages) or '-'}"
    licences = [f"{name} {count:,}" for name, count in report["licences"].items()]
    more = f", {len(licences) - _LISTED} more" if len(licences) > _LISTED else ""
    yield f"licences   {', '.join(licences[:_LISTED]) or '-'}{more}"
    if sizes := report["sizes"]:
        yield (
            f"lines      {sizes['min']:.0f} to {sizes['max']:.0f}, half have up to {sizes['median']:.0f}, "
            f"nine in ten up to {sizes['p90']:.0f}; {sizes['mean_chars']:.0f} characters on average"
        )
    if evolution := report.get("evolution"):
        why = ", ".join(f"{count:,} {reason}" for reason, count in evolution["eliminated"].items())
        yield f"evolution  {evolution['made']:,} of {evolution['attempts']:,} problems made harder" + (
            f"; eliminated: {why}" if why else ""
        )
    if found := report["found"]:
        yield "found      " + ", ".join(f"{one['count']:,} {one['kind']}" for one in found)
    unreadable = report["unreadable"]
    if unreadable["count"]:
        yield f"unreadable {unreadable['count']:,}:"
        yield from (f"  {line}" for line in unreadable["named"][:_NAMED])
        if unreadable["count"] > _NAMED:
            yield f"  ... and {unreadable['count'] - _NAMED:,} more (--report FILE names them)"
    if out := report.get("out"):
        yield f"out        {out} ({report['written']:,} seeds, {report['seconds']:.1f} s)"
