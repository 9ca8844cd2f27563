"""Chooses one of the candidates, and says how hard an instruction is by how many pass.

Source: SelfCodeAlign, arXiv 2410.24198, section 2 and its ablation of execution filtering.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.alignment.settings import Pick

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiev.alignment.candidate import Candidate


def pool_of(candidates: Sequence[Candidate], pick: Pick) -> list[Candidate]:
    """Those that may be chosen."""
    if pick is Pick.RANDOM:
        return [one for one in candidates if one.job]
    return [one for one in candidates if one.job and one.passes != (pick is Pick.FAILING)]


def in_order(candidates: Sequence[Candidate], pick: Pick, chance: Callable[[str, int], float]) -> list[Candidate]:
    """Those that may be chosen, in a random order; the first is the choice where no evidence decides."""
    return sorted(pool_of(candidates, pick), key=lambda one: chance("pick", one.position))


def nothing_to_pick(candidates: Sequence[Candidate], pick: Pick) -> str:
    """Why there is nothing to choose, in words."""
    wanted = {Pick.FAILING: "fails", Pick.RANDOM: "has a program that ran"}.get(pick, "passes")
    return f"none of {len(candidates)} responses {wanted}"


def learnability(passing: int, many: int) -> float:
    """4p(1-p) for the share p that passes: 1 when half of them do, 0 when all or none do."""
    share = passing / many if many else 0.0
    return 4 * share * (1 - share)
