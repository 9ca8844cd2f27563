"""One round of a dialogue: the reply is recorded, disputes about its tests are settled, and its program runs.

Invariants: each message is recorded before anything more is asked for; an `infra` verdict never becomes a message;
under the policy `verified`, the tests that run are those of the contract (`aiev.evidence.contract`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dialogue.execution import run_until_real
from aiev.evidence.contract import Contract
from aiev.evidence.disputes import settled
from aiev.evidence.settings import Policy
from aiev.evidence.witnesses import Hearing
from aiev_agents.errors import ReplyError
from aiev_agents.messages import Message, Role
from aiev_agents.roles.reply import Reply, parse_reply, prose_of
from aiev_interpreter.feedback import render_feedback
from aiev_interpreter.packages.installation import install_plan
from aiev_interpreter.protocol import ExecutionResult, Job, Verdict

if TYPE_CHECKING:
    from aiev.dialogue.state import DialogueContext, DialogueState
    from aiev_agents.roles.agent import Turn

MALFORMED = "malformed"
"""Verdict of a reply that holds no runnable program: nothing ran, and the interpreter says why."""
ARBITER = "arbiter"
"""Agent of a ruling: the questioner's role, asked about one call."""


def has_passed(verdict: str, policy: Policy) -> bool:
    """Whether a round ends the repairs under a policy."""
    return verdict == Verdict.OK or (policy is Policy.RAN and verdict == Verdict.NO_TESTS)


def is_last(state: DialogueState, context: DialogueContext) -> bool:
    """Whether no round is left."""
    return state["round"] >= context.settings.dialogue.max_rounds


def hearing(context: DialogueContext, problem: str) -> Hearing:
    """Who is asked about a problem alone."""
    return Hearing(
        programmer=context.programmer,
        questioner=context.questioner,
        problem=problem,
        language=context.language,
        settings=context.settings.accept,
        seed=context.request_seed,
    )


def opened(context: DialogueContext, problem: str) -> Contract:
    """The contract of a problem before any reply; empty under a policy that knows none."""
    if context.settings.accept.policy is Policy.VERIFIED:
        return Contract.of(problem, context.language)
    return Contract(context.language)


async def execute(context: DialogueContext, state: DialogueState, turn: Turn, *, round_number: int) -> DialogueState:
    """Record the programmer's reply, settle its disputes, run it, and record what came of it."""
    await say(context, Role.ASSISTANT, "programmer", turn, round_number=round_number)
    contract = state["contract"]
    try:
        parsed = _parsed(turn, context.language)
    except ReplyError as error:
        job, refused = None, tuple[str, ...]()
        result = ExecutionResult(verdict=Verdict.ERROR, exit_code=None, stderr=str(error))
    else:
        tests, contract = await _settled(context, state, parsed, prose_of(turn.text), round_number)
        job, refused = _job(context, parsed._replace(tests=tests))
        result = await run_until_real(context.interpreter, job)
    await context.recorder.execution(round_number, job, result)
    limit = context.settings.dialogue.feedback_chars
    feedback = render_feedback(result, refused=refused, limit=limit) if job else result.stderr
    message = Message(role=Role.INTERPRETER, content=feedback, agent=context.interpreter.name)
    await context.recorder.message(message, round_number=round_number)
    return {
        "reply": turn.text,
        "round": round_number,
        "verdict": str(result.verdict) if job else MALFORMED,
        "feedback": feedback,
        "job": job,
        "contract": contract,
        "objection": "",
    }


async def say(context: DialogueContext, role: Role, agent: str, turn: Turn, *, round_number: int) -> None:
    """Record what an agent said."""
    message = Message(
        role=role,
        content=turn.text,
        agent=agent,
        prompt_hash=turn.prompt.hash,
        request_hash=turn.request.hash,
        reasoning=turn.reply.reasoning,
    )
    await context.recorder.message(message, round_number=round_number)


async def _settled(
    context: DialogueContext, state: DialogueState, parsed: Reply, prose: str, round_number: int
) -> tuple[str, Contract]:
    """The tests to run, and the contract after the arbiter has spoken about those that the reply changes."""
    contract = state["contract"]
    own = bool(parsed.tests.strip() or contract.first)  # a problem's examples stand for nobody's tests
    if context.settings.accept.policy is not Policy.VERIFIED or not own:
        return parsed.tests, contract
    heard = hearing(context, state["problem"])
    feedback = state.get("feedback", "")
    rulings = await settled(heard, contract, parsed.tests, round_number, prose=prose, feedback=feedback)
    for word in rulings:
        message = Message(role=Role.USER, content=word.in_words(), agent=ARBITER)
        await context.recorder.message(message, round_number=round_number)
    return contract.amended(parsed.tests, rulings)


def _parsed(turn: Turn, language: str) -> Reply:
    """The parts of a reply; raises ReplyError where they are not whole."""
    if turn.cut:
        raise ReplyError(
            f"The reply was cut off (max_tokens is {turn.request.sampling.max_tokens}), and was not complete when its "
            "writer was asked to go on. Write a shorter reply whose blocks are complete."
        )
    return parse_reply(turn.text, language)


def _job(context: DialogueContext, parsed: Reply) -> tuple[Job, tuple[str, ...]]:
    """The job of a reply, and what was refused of its install block."""
    plan = install_plan(parsed.install, context.language, context.settings.install)
    job = Job(
        program=parsed.program,
        tests=parsed.tests,
        language=context.language,
        requirements=plan.requirements,
        limits=context.limits,
    )
    return job, plan.refused
