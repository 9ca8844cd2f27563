"""The report of a build of seeds, for a terminal: a funnel, filter by filter, then totals.

Invariant: every text that came from a source passes through `safe`. Takes the report as `--json` prints it, so that a
stored report can be shown too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from aiev.view.safe import safe
from aiev.view.terminal.tables import columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import RenderableType

_UNREADABLE = 10
"""Unreadable files that are listed; the JSON report has all."""
_LICENCES = 12


def funnel_view(report: Mapping[str, Any]) -> RenderableType:
    """The report as a table with a few lines below it."""
    table = columns(("filter", "in", "dropped", "out", "why"), numbers=("in", "dropped", "out"))
    candidates = report["candidates"]
    table.add_row("candidates", "", "", f"{candidates['in']:,}", _files(report["files_and_rows"]))
    for stage in report["filters"]:
        dropped = sum(stage["dropped"].values())
        why = safe(_counts(stage["dropped"]))
        table.add_row(stage["filter"], f"{stage['in']:,}", f"{dropped:,}", f"{stage['out']:,}", why)
    gone = sum(candidates["dropped"].values())
    check = "kept + dropped = in" if candidates["balances"] else "DOES NOT BALANCE"
    table.add_row("kept", f"{candidates['in']:,}", f"{gone:,}", f"{candidates['kept']:,}", check, style="bold")
    return Group(table, Text(), *(Text(safe(line)) for line in _below(report)))


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _files(counts: Mapping[str, Any]) -> str:
    passed = _counts(counts["passed_over"])
    return f"from {counts['read']:,} files or rows" + (f"; passed over: {passed}" if passed else "")


def _below(report: Mapping[str, Any]) -> Iterable[str]:
    languages = (f"{name} {of['kept']:,} of {of['in']:,}" for name, of in report["languages"].items())
    yield f"languages  {', '.join(languages) or '-'}"
    licences = [f"{name} {count:,}" for name, count in report["licences"].items()]
    more = f", {len(licences) - _LICENCES} more" if len(licences) > _LICENCES else ""
    yield f"licences   {', '.join(licences[:_LICENCES]) or '-'}{more}"
    if sizes := report["sizes"]:
        yield (
            f"lines      {sizes['min']:.0f} to {sizes['max']:.0f}, half have up to {sizes['median']:.0f}, "
            f"nine in ten up to {sizes['p90']:.0f}; {sizes['mean_chars']:.0f} characters on average"
        )
    if evolution := report.get("evolution"):
        made = f"evolution  {evolution['made']:,} of {evolution['attempts']:,} problems made harder"
        eliminated = _counts(evolution["eliminated"])
        yield made + (f"; eliminated: {eliminated}" if eliminated else "")
    if found := report["found"]:
        yield "found      " + ", ".join(f"{one['count']:,} {one['kind']}" for one in found)
    yield from _unreadable(report["unreadable"])
    if out := report.get("out"):
        yield f"out        {out} ({report['written']:,} seeds, {report['seconds']:.1f} s)"


def _unreadable(files: Mapping[str, Any]) -> Iterable[str]:
    if files["count"]:
        yield f"unreadable {files['count']:,}:"
        yield from (f"  {line}" for line in files["named"][:_UNREADABLE])
    if files["count"] > _UNREADABLE:
        yield f"  ... and {files['count'] - _UNREADABLE:,} more (--report FILE names them)"
