"""Charts as inline SVG.

Invariant: no style attribute and no script, so that they pass the strictest policy; every text in them is escaped; each
has a title that says what it shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 480, 200, 56, 28, 22
_GAP = 0.28
"""Share of a column's room that stays free."""


def bar(share: float, kind: str = "") -> Markup:
    """A horizontal bar of a share from 0 to 1, for a table's cell."""
    width = f"{100 * min(1.0, max(0.0, share)):.2f}"
    return Markup(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="bar-rest" width="100" height="8"></rect><rect class="bar-{}" width="{}" height="8"></rect></svg>'
    ).format(kind or "main", width)


def columns(
    title: str,
    names: Sequence[str],
    layers: Sequence[tuple[str, Sequence[float]]],
    *,
    write: Callable[[float], str] | None = None,
    sums: bool = True,
) -> Markup:
    """Stacked columns.

    Args:
        title: what the chart shows, in words.
        names: of the columns, from left to right.
        layers: kind (a CSS class) and heights of each layer, the lowest first.
        write: formats a height; `short` by default.
        sums: whether each column shows its height.
    """
    totals = [sum(heights[number] for _, heights in layers) for number in range(len(names))]
    write = write or short
    top = max(totals, default=0) or 1
    room = (_WIDTH - _LEFT) / max(1, len(names))
    parts = [_axis(top, write)]
    for number, name in enumerate(names):
        left, below = _LEFT + room * (number + _GAP / 2), 0.0
        for kind, heights in layers:
            above = below + heights[number]
            parts.append(_column(kind, left, room * (1 - _GAP), _y(above, top), _y(below, top)))
            below = above
        middle = left + room * (1 - _GAP) / 2
        parts.append(_text(middle, _HEIGHT - 8, name, "middle"))
        if sums and totals[number]:
            parts.append(_text(middle, _y(totals[number], top) - 5, write(totals[number]), "middle"))
    return _picture(title, Markup().join(parts))


def line(title: str, names: Sequence[str], lines: Sequence[tuple[str, str, Sequence[float | None]]]) -> Markup:
    """Lines of shares from 0 to 1 over named points; each has a kind (a CSS class), a name, and its values."""
    room = (_WIDTH - _LEFT - 90) / max(1, len(names) - 1)
    parts = [_axis(100, lambda value: f"{value:.0f}%")]
    parts += [_text(_LEFT + room * number, _HEIGHT - 8, name, "middle") for number, name in enumerate(names)]
    for kind, label, values in lines:
        points = [(_LEFT + room * n, _y(value, 1)) for n, value in enumerate(values) if value is not None]
        if not points:
            continue
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(Markup('<polyline class="line-{}" points="{}"></polyline>').format(kind, path))
        parts += [
            Markup('<circle class="dot-{}" cx="{:.1f}" cy="{:.1f}" r="4"></circle>').format(kind, *point)
            for point in points
        ]
        parts.append(_text(points[-1][0] + 10, points[-1][1] + 4, label, "start"))
    return _picture(title, Markup().join(parts))


def _picture(title: str, inside: Markup) -> Markup:
    return Markup(
        '<svg class="picture" viewBox="0 0 {} {}" role="img" aria-label="{}"><title>{}</title>{}</svg>'
    ).format(_WIDTH, _HEIGHT, title, title, inside)


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * value / top


def _axis(top: float, write: Callable[[float], str]) -> Markup:
    parts = []
    for value in (0, top / 2, top):
        height = _y(value, top)
        parts.append(
            Markup('<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"></line>').format(
                _LEFT, _WIDTH, height, height
            )
        )
        parts.append(_text(_LEFT - 8, height + 4, write(value), "end"))
    return Markup().join(parts)


def _column(kind: str, left: float, width: float, above: float, below: float) -> Markup:
    """One layer of a column, between two heights on the chart."""
    return Markup('<rect class="bar-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"></rect>').format(
        kind, left, above, width, max(0.0, below - above)
    )


def short(value: float) -> str:
    """A figure in a few characters: 950, 12k, 3.4M."""
    for unit, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= 10 * unit:
            return f"{value / unit:.0f}{name}"
        if value >= unit:
            return f"{value / unit:.1f}{name}"
    return f"{value:.0f}"


def dollars(value: float) -> str:
    """US dollars in a few characters: $950, $1.20, $0.0034."""
    if value >= 100 or not value:  # noqa: PLR2004 - from there on cents say nothing
        return f"${short(value)}"
    return f"${value:.2f}" if value >= 1 else f"${float(f'{value:.2g}'):.8f}".rstrip("0")


def _text(x: float, y: float, words: str, anchor: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, escape(words))
