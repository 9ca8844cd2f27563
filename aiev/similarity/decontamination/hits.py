"""What decontamination finds: hits with their evidence, and the verdict on a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiev.similarity.decontamination.benchmarks import BenchmarkItem

Test = Literal["substring", "levenshtein", "renamed", "ngram", "entry_point"]
Half = Literal["prompt", "solution"]
_STRENGTH: tuple[Test, ...] = ("substring", "levenshtein", "renamed", "ngram", "entry_point")
_EVIDENCE_CHARS = 160


@dataclass(frozen=True, slots=True)
class Hit:
    """One resemblance, with its evidence."""

    benchmark: str
    item: str
    test: Test
    of: Half
    similarity: float
    """0 to 1: Levenshtein similarity, or the share of the reference that was found."""
    piece: str
    """What was found, normalised as it was compared, cut to 160 characters."""

    def __str__(self) -> str:
        return f"{self.benchmark} {self.item}: {self.test} of {self.of}, {self.similarity:.2f}: {self.piece}"


@dataclass(frozen=True, slots=True)
class Contaminated:
    """Why a text is dropped."""

    hits: tuple[Hit, ...]
    """The strongest first; at most one for each item and test."""
    reason: str = "contaminated"
    """The word that such texts are counted under."""

    def __str__(self) -> str:
        return str(self.hits[0])


def hit(item: BenchmarkItem, test: Test, of: Half, similarity: float, found: str) -> Hit:
    """A hit, its evidence cut to length."""
    cut = found if len(found) <= _EVIDENCE_CHARS else f"{found[: _EVIDENCE_CHARS - 3]}..."
    return Hit(item.benchmark, item.id, test, of, round(float(similarity), 4), cut)


def verdict(hits: Iterable[Hit]) -> Contaminated | None:
    """The verdict on a text with these hits; None keeps it."""
    best: dict[tuple[str, str, str], Hit] = {}
    for one in hits:
        key = (one.benchmark, one.item, one.test)
        if key not in best or one.similarity > best[key].similarity:
            best[key] = one
    strongest_first = sorted(best.values(), key=_strength)
    return Contaminated(tuple(strongest_first)) if best else None


def _strength(one: Hit) -> tuple[int, float, str, str]:
    return _STRENGTH.index(one.test), -one.similarity, one.benchmark, one.item
