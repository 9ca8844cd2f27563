"""Counts, US dollars and time spans in a few characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter

_MINUTE, _HOUR = 60, 3600


def histogram(counter: Counter[int] | Counter[str]) -> str:
    """`1×4  2×1` for rounds, `error×3  ok×5` for verdicts."""
    return "  ".join(f"{name}×{count}" for name, count in sorted(counter.items(), key=lambda item: str(item[0])))


def money(dollars: float) -> str:
    """US dollars as `$12.30`; small amounts keep their two leading digits."""
    if dollars >= 1 or not dollars:
        return f"${dollars:,.2f}"
    return f"${dollars:.2g}" if dollars >= 0.0001 else f"${dollars:.1e}"  # noqa: PLR2004 - where %g turns to exponents


def tokens_read(read: int, cached: int) -> str:
    """Tokens that a model read, and the share of them that its endpoint took from its cache."""
    return f"{read:,} read" + (f", {cached / read:.0%} of them from the cache" if read else "")


def tokens_thought(written: int, thoughts: int) -> str:
    """Tokens that a model spent on thoughts, and their share of all that it wrote; empty where it spent none."""
    return f"{thoughts:,} tokens, {thoughts / written:.0%} of those written" if thoughts else ""


def span(seconds: float) -> str:
    """A time span as `1 h 02 min`, `3 min 05 s` or `7 s`."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02} min"
