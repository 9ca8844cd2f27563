"""The figures of runs as charts, PNG and SVG, drawn by matplotlib.

Invariant: the same figures give the same bytes; everything that is drawn is in `RunFigures.as_dict`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiev.errors import UsageError
from aiev.extras import extra

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CHARTS = {
    "funnel": "Dialogues",
    "rounds": "Rounds of accepted dialogues",
    "evidence": "Dialogues by their evidence",
    "reasons": "Why dialogues are not verified",
    "verdicts": "Verdicts of all rounds",
    "errors": "Errors of failed rounds",
    "libraries": "Dialogues by library",
    "languages": "Dialogues by language",
}
"""Charts by the figure that they show, with their titles."""
MOST_BARS = 15
"""Bars of a chart; the rest is left out."""
_COLOUR = "#3b6ea5"


def draw_plots(runs: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Draw every chart of every run as PNG and SVG.

    Args:
        runs: as `detailed_run_documents` returns them.
        folder: created if it does not exist.

    Raises:
        SetupError: matplotlib is not installed.
        UsageError: the folder cannot be written.
    """
    pyplot = _pyplot()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [
            path
            for run in runs
            for name, title in CHARTS.items()
            if run["figures"][name]
            for path in _draw(pyplot, folder / f"{run['id']}-{name}", f"{title} ({run['model']})", run["figures"][name])
        ]
    except OSError as error:
        raise UsageError(f"cannot write plots to {folder}: {error.strerror}; name another folder") from None


def _pyplot() -> Any:
    with extra("plots", "--plots"):
        import matplotlib as mpl
        from matplotlib import pyplot as plt
    mpl.use("Agg")
    mpl.rcParams.update({"svg.hashsalt": "aiev", "text.parse_math": False})
    return plt


def _draw(pyplot: Any, stem: Path, title: str, counts: dict[str, int]) -> list[Path]:
    shown = list(counts.items())[:MOST_BARS]
    figure, axes = pyplot.subplots(figsize=(7, 1.2 + 0.32 * len(shown)), layout="constrained")
    bars = axes.barh([name for name, _ in shown], [count for _, count in shown], color=_COLOUR)
    axes.bar_label(bars, padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_title(title, loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    paths = [stem.with_suffix(".png"), stem.with_suffix(".svg")]
    figure.savefig(paths[0], dpi=120, metadata={"Software": None})
    figure.savefig(paths[1], metadata={"Date": None})
    pyplot.close(figure)
    return paths
