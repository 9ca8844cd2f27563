"""The node that asks whether a program which passed its tests is right.

Invariant: evidence is recorded before anything follows from it; a program that is contradicted goes on being repaired,
with the call that contradicts it, while rounds are left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph.runtime import Runtime  # noqa: TC002 - LangGraph reads the nodes' annotations at run time

from aiev.dialogue.rounds import ARBITER, hearing, is_last
from aiev.dialogue.state import DialogueContext, DialogueState  # noqa: TC001 - likewise
from aiev.evidence.assertions import assertions
from aiev.evidence.claim import Claim
from aiev.evidence.gathering import Gatherer
from aiev.evidence.verdict import CONTRADICTED
from aiev.evidence.witnesses import Witnesses
from aiev_agents.messages import Message, Role

if TYPE_CHECKING:
    from aiev.evidence.contract import Contract
    from aiev.store.records import EvidenceRecord

_WRONG = "The tests pass, but the program is wrong."


async def verify(state: DialogueState, runtime: Runtime[DialogueContext]) -> DialogueState:
    """Gather evidence; where it contradicts the program, say so in the questioner's place (➃)."""
    context, job = runtime.context, state["job"]
    assert job is not None  # noqa: S101 - a round without a job does not pass
    claim = Claim(
        problem=state["problem"],
        program=job.program,
        tests=job.tests,
        contract=state["contract"],
        round=state["round"],
        language=context.language,
        requirements=job.requirements,
    )
    gatherer = Gatherer(hearing(context, claim.problem), context.interpreter, context.limits, context.settings.accept)
    evidence, witnesses = await gatherer.gather(claim, state.get("witnesses", Witnesses()))
    await context.recorder.evidence(evidence)
    known: DialogueState = {"evidence": evidence.status, "sentence": evidence.sentence, "witnesses": witnesses}
    if evidence.status != CONTRADICTED or is_last(state, context):
        return known
    objection = _objection(evidence)
    message = Message(role=Role.USER, content=objection, agent=ARBITER)
    await context.recorder.message(message, round_number=state["round"])
    contract = _demanding(claim.contract, evidence)
    return known | {"objection": objection, "feedback": _WRONG, "contract": contract}


async def after_evidence(state: DialogueState, runtime: Runtime[DialogueContext]) -> str:
    """Name of the edge to take once evidence is there."""
    goes_on = state["evidence"] == CONTRADICTED and not is_last(state, runtime.context)
    return "contradicted" if goes_on else "verified, unverified or out of rounds"


def _objection(evidence: EvidenceRecord) -> str:
    found = evidence.detail.get("counterexample")
    if found is None:
        return "The program fails a test that it was first given."
    gives = "raises an error" if found["value"].startswith("!") else f"gives {found['value']}"
    return f"By the exercise, `{found['call']}` must give {found['others']}, but the program {gives}."


def _demanding(contract: Contract, evidence: EvidenceRecord) -> Contract:
    """The contract with the counter-example as one more test, where it can be written as one."""
    found = evidence.detail.get("counterexample")
    if found is None:
        return contract
    wanted = assertions(f"assert {found['call']} == {found['others']}\n", contract.language)
    return contract.demanding(wanted[0]) if len(wanted) == 1 and wanted[0].call else contract
