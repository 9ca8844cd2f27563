"""Precision against recall: a curve for each piece of evidence and a point for each policy, a panel for each set.

Invariant: the same figures give the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from precision.counting import score
from precision.pieces import ENOUGH_PRECISION, ENOUGH_RECALL, PIECES, curve
from precision.report import BOTH, accepted, by_policy, parts

from aiev.extras import extra

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any

    from precision.outcomes import Dialogue

_MARKERS = {"ran": "s", "tests": "^", "verified": "*"}
_LEAST = 0.4
"""Where the axis of precision begins, unless something lies lower."""


def draw(dialogues: Sequence[Dialogue], path: Path) -> None:
    """Write the picture as SVG.

    Raises:
        SetupError: matplotlib is not installed.
    """
    with extra("plots", "the picture"):
        import matplotlib as mpl
        from matplotlib import pyplot as plt
    mpl.use("Agg")
    mpl.rcParams.update({"svg.hashsalt": "aiev", "text.parse_math": False})
    policies = by_policy(dialogues)
    names = [name for name in parts([one for listed in policies.values() for one in listed]) if name != BOTH]
    figure, panels = plt.subplots(
        1, max(1, len(names)), figsize=(1 + 5 * max(1, len(names)), 4.6), layout="constrained", squeeze=False
    )
    for axes, name in zip(panels[0], names, strict=False):
        _panel(axes, name, {policy: parts(listed).get(name, []) for policy, listed in policies.items()})
    if names:
        figure.legend(*panels[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=5, fontsize=8)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _panel(axes: Any, name: str, policies: dict[str, list[Dialogue]]) -> None:
    lowest = _LEAST
    for piece in PIECES:
        points = [point.score for point in curve(policies.get("verified", []), piece)]
        pairs = [(one.recall.value, one.precision.value) for one in points if one.precision.of and one.recall.of]
        lowest = min([lowest, *(precision for _, precision in pairs)])
        axes.plot(*zip(*pairs, strict=True) if pairs else ([], []), marker=".", linewidth=1, label=piece)
    for policy, listed in policies.items():
        found = score(listed, accepted)
        if found.precision.of and found.recall.of:
            lowest = min(lowest, found.precision.value)
            axes.scatter(
                [found.recall.value],
                [found.precision.value],
                marker=_MARKERS[policy],
                s=90,
                color="black",
                zorder=3,
                label=f"policy {policy}",
            )
    axes.axhline(ENOUGH_PRECISION, color="grey", linewidth=0.6, linestyle=":")
    axes.axvline(ENOUGH_RECALL, color="grey", linewidth=0.6, linestyle=":")
    axes.set(xlim=(0, 1.03), ylim=(lowest - 0.05, 1.03), xlabel="recall", ylabel="precision")
    axes.set_title(f"{name}, {max(map(len, policies.values()), default=0)} problems", loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
