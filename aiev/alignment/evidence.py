"""Evidence for a candidate: the other responses to its instruction are independent solutions and tests.

They were written from the instruction alone and are paid for already. Responses that pass their own tests count as
solutions; only what is missing to `accept.alternatives` of them, and disputes, cost further replies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.evidence.claim import Claim
from aiev.evidence.contract import Contract
from aiev.evidence.gathering import Gatherer
from aiev.evidence.verdict import VERIFIED
from aiev.evidence.witnesses import Witnesses
from aiev.setup.roles import build_hearing
from aiev_agents.languages import language_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.alignment.candidate import Candidate
    from aiev.alignment.state import AlignContext
    from aiev.store.records import EvidenceRecord


async def evidence_of(
    context: AlignContext, instruction: str, candidate: Candidate, candidates: Sequence[Candidate]
) -> EvidenceRecord:
    """The evidence for a candidate.

    Raises:
        AievError: the sandbox failed.
        AgentError: what `Agent.say` raises.
    """
    job, item = candidate.job, context.item
    assert job is not None  # noqa: S101 - only what ran can be chosen
    known = _witnesses([one for one in candidates if one is not candidate], item.language)
    accept = context.settings.accept
    enough = {
        "alternatives": max(accept.alternatives, len(known.solutions)),
        "suites": max(accept.suites, len(known.suites)),
    }
    accept = accept.model_copy(update=enough)
    settings = context.settings.model_copy(update={"accept": accept})
    hearing = build_hearing(
        context.agent.model, settings, problem=instruction, language=item.language, key=f"{item.key}/evidence"
    )
    tests, contract = Contract.of(instruction, item.language).amended(job.tests)
    claim = Claim(
        problem=instruction,
        program=job.program,
        tests=tests,
        contract=contract,
        round=1,
        language=item.language,
        requirements=job.requirements,
    )
    evidence, _ = await Gatherer(hearing, context.interpreter, context.limits, accept).gather(claim, known)
    return evidence


def best(found: Sequence[tuple[Candidate, EvidenceRecord]]) -> tuple[Candidate, EvidenceRecord]:
    """The candidate with the best evidence: verified, then by agreement, then by mutants; the first of equals."""
    return max(found, key=lambda one: _rank(one[1]))


def _rank(evidence: EvidenceRecord) -> tuple[bool, int, float]:
    return evidence.status == VERIFIED, evidence.alternatives_agreeing, evidence.mutation_score or 0.0


def _witnesses(others: Sequence[Candidate], language: str) -> Witnesses:
    fence = language_named(language).fence
    solutions = [one.response.turn.text for one in others if one.passes]
    suites = [f"```{fence}\n{one.job.tests}\n```" for one in others if one.job]
    return Witnesses(tuple(solutions), tuple(suites))
