"""Disputes about tests: of one reply, and of a dialogue that was made without a contract, gone through once more.

Invariant: the arbiter is asked about a call once. Not covered: what its answers come to (`ruling.py`), and what runs
then (`contract.py`).
"""

from __future__ import annotations

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
        language = contract.language
        rulings.append(ruling(old.call, old.expected, proposed, answers, language=language, round_number=round_number))
    return tuple(rulings)


async def replayed(hearing: Hearing, contract: Contract, suites: Sequence[tuple[int, str]]) -> tuple[str, Contract]:
    """The tests that the last program of a finished dialogue must pass, and how they came about.

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
