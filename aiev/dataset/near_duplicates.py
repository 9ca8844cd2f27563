"""Finds texts that differ in little but layout: MinHash over runs of three tokens.

Invariant: the relation depends on the texts alone, not on their order. Holds one signature of 512 bytes for each text;
the texts themselves are read once and not kept. Not covered: programs with renamed variables; a judge may be handed to
the callers that knows more.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PROSE = "text"
"""The language of a problem in words."""
_TOKEN = re.compile(r"\w+|[^\w\s]")
_RUN = 3
_PERMUTATIONS = 128
_BANDS = 32
_SEED = 1


class NearDuplicates(Protocol):
    """Finds pairs of near-duplicates."""

    def pairs(self, texts: Iterable[tuple[str, str]]) -> Iterator[tuple[int, int]]:
        """Positions of texts that are near-duplicates, the earlier first. Empty texts are near to nothing.

        Args:
            texts: texts, each with its language; `PROSE` for a problem in words.
        """
        ...


class MinHashPairs:
    """Near-duplicates by estimated Jaccard similarity of token runs.

    Args:
        similarity: from 0 to 1; pairs at least so similar are near-duplicates.
    """

    def __init__(self, similarity: float) -> None:
        self._similarity = similarity

    def pairs(self, texts: Iterable[tuple[str, str]]) -> Iterator[tuple[int, int]]:
        """See `NearDuplicates.pairs`."""
        from rensa import RMinHash, RMinHashLSH  # noqa: PLC0415 - only exports and splits pay for it

        index = RMinHashLSH(threshold=self._similarity, num_perm=_PERMUTATIONS, num_bands=_BANDS)
        signatures: dict[int, RMinHash] = {}
        for position, (text, _) in enumerate(texts):
            runs = token_runs(text)
            if not runs:
                continue
            signature = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
            signature.update(runs)
            for other in sorted(index.query(signature)):
                if signature.jaccard(signatures[other]) >= self._similarity:
                    yield other, position
            index.insert(position, signature)
            signatures[position] = signature


def token_runs(text: str) -> list[str]:
    """Distinct runs of three tokens, in lower case; a text of fewer tokens is one run."""
    tokens = _TOKEN.findall(text.lower())
    if not tokens:
        return []
    return sorted({" ".join(tokens[at : at + _RUN]) for at in range(max(1, len(tokens) - _RUN + 1))})


class Groups:
    """Disjoint groups of positions, joined pair by pair; a group is named by its lowest position."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def join(self, one: int, other: int) -> None:
        """Make one group of the groups of two positions."""
        low, high = sorted((self.of(one), self.of(other)))
        self._parent[high] = low

    def of(self, position: int) -> int:
        """The lowest position of the group."""
        while self._parent[position] != position:
            self._parent[position] = self._parent[self._parent[position]]
            position = self._parent[position]
        return position
