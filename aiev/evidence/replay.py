"""The contract of a dialogue that was made without one: its suites are gone through once more.

Invariant: what a repair changed or dropped without a word is asked about now; what the arbiter keeps is run again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiev.evidence.ruling import Ruling, ruling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.evidence.contract import Contract
    from aiev.evidence.witnesses import Hearing

MOST_DISPUTES = 3
"""Changed tests of one reply that the arbiter looks at; further ones stay as they were."""


async def settled(
    hearing: Hearing, contract: Contract, tests: str, round_number: int, *, prose: str = "", feedback: str = ""
) -> tuple[Ruling, ...]:
    """The arbiter's word about what a reply's tests change, and about failed tests that it calls wrong.

    Args:
        hearing: asks the arbiter.
        contract: as it is before the reply.
        tests: of the reply.
        round_number: of the reply.
        prose: what the reply says.
        feedback: what the interpreter said before it.

    Raises what `Agent.say` raises.
    """
    disputes = dict(contract.disputes(tests))
    doubted = {one: None for one in contract.doubted(prose, feedback) if one not in disputes}
    rulings = []
    for old, new in [*disputes.items(), *doubted.items()][:MOST_DISPUTES]:
        answers = await hearing.answers(old.call)
        proposed = new.expected if new is not None else ""
        word = ruling(old.call, old.expected, proposed, answers, language=contract.language)
        rulings.append(replace(word, round=round_number))
    return tuple(rulings)


async def replayed(hearing: Hearing, contract: Contract, suites: Sequence[tuple[int, str]]) -> tuple[str, Contract]:
    """The tests that the last program must pass, and how they came about.

    Args:
        hearing: asks the arbiter.
        contract: of the problem, before any reply.
        suites: the tests of each round that ran, with its number.

    Raises what `Agent.say` raises.
    """
    last = ""
    for number, tests in suites:
        rulings = await settled(hearing, contract, tests, number)
        last, contract = contract.amended(tests, rulings)
    return last, contract
