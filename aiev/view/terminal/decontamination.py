"""The report of a comparison with benchmarks, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiev.view.safe import safe

if TYPE_CHECKING:
    from collections.abc import Mapping


def decontamination_text(report: Mapping[str, Any]) -> str:
    """A line for each contaminated row, then the counts."""
    against = ", ".join(f"{one['benchmark']} ({one['items']} items)" for one in report["against"])
    counts = f"{report['clean']} clean, {report['contaminated']} contaminated"
    tests = ", ".join(f"{count} {name}" for name, count in report["tests"].items())
    lines = [*map(_row, report["found"]), f"{report['rows']} rows against {against}: {counts}"]
    return safe("\n".join([*lines, f"rows by test: {tests}"] if tests else lines))


def _row(found: Mapping[str, Any]) -> str:
    hit = found["hits"][0]
    more = f" (and {len(found['hits']) - 1} more)" if len(found["hits"]) > 1 else ""
    how = f"{hit['test']} of {hit['of']} {hit['similarity']:.2f}{more}"
    return f"{found['row']}: {hit['benchmark']} {hit['item']}: {how}: {hit['piece']}"
