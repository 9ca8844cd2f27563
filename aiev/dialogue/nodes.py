"""The nodes of a dialogue: one for the problem, one for the first round, one for each further round.

Message numbers ➀ to ➅ are those of AIEV-Instruct's figure. Invariants: each message is recorded before anything more is
asked for; an `infra` verdict never becomes a message.

Source: AutoCoder, arXiv 2405.14906, section 2 (AIEV-Instruct).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from langgraph.runtime import Runtime  # noqa: TC002 - LangGraph reads the nodes' annotations at run time

from aiev.dialogue.rounds import execute, has_passed, is_last, opened, say
from aiev.dialogue.state import DialogueContext, DialogueState  # noqa: TC001 - likewise
from aiev.evidence.settings import Policy
from aiev_agents.messages import Message, Role
from aiev_agents.roles import programmer, questioner

if TYPE_CHECKING:
    from aiev_agents.roles.agent import Agent

GIVEN = "problem"
"""Agent of a problem that nobody was asked for."""


async def ask(state: DialogueState, runtime: Runtime[DialogueContext]) -> DialogueState:
    """The questioner writes a problem from the seed snippet, or the seed is the problem (➀)."""
    del state  # nothing has been said yet
    context = runtime.context
    if not context.settings.dialogue.ask:
        given = Message(role=Role.USER, content=context.snippet, agent=GIVEN)
        await context.recorder.message(given, round_number=0)
        return {"problem": context.snippet}
    turn = await questioner.ask(
        context.questioner,
        snippet=context.snippet,
        basic=context.settings.dialogue.basic,
        seed=context.request_seed("ask", 0),
        language=context.language,
    )
    await say(context, Role.USER, "questioner", turn, round_number=0)
    return {"problem": turn.text}


async def solve(state: DialogueState, runtime: Runtime[DialogueContext]) -> DialogueState:
    """The programmer answers with a program and its tests (➁), and the interpreter runs them (➂ or ➅)."""
    context = runtime.context
    turn = await programmer.solve(
        context.programmer,
        problem=state["problem"],
        seed=context.request_seed("solve", 0),
        language=context.language,
    )
    contract = opened(context, state["problem"])
    return await execute(context, state | {"contract": contract}, turn, round_number=1)


async def repair(state: DialogueState, runtime: Runtime[DialogueContext]) -> DialogueState:
    """The questioner says what went wrong (➃), the programmer corrects it (➄), the interpreter runs it (➂ or ➅)."""
    context, number = runtime.context, state["round"]
    description = state.get("objection") or await _describe(context, state)
    turn = await programmer.repair(
        _warmer(context.programmer, context.settings.programmer.temperature_step * number),
        problem=state["problem"],
        reply=state["reply"],
        tests=_tests(context, state),
        feedback=state["feedback"],
        description=description,
        show_failed=context.settings.dialogue.show_failed,
        seed=context.request_seed("repair", number),
        language=context.language,
    )
    return await execute(context, state, turn, round_number=number + 1)


async def next_step(state: DialogueState, runtime: Runtime[DialogueContext]) -> str:
    """Name of the edge to take after a round. Asynchronous, since LangGraph runs a plain function in a thread."""
    policy = runtime.context.settings.accept.policy
    if has_passed(state["verdict"], policy):
        return "passed, evidence wanted" if policy is Policy.VERIFIED else "passed or out of rounds"
    return "passed or out of rounds" if is_last(state, runtime.context) else "failed"


async def _describe(context: DialogueContext, state: DialogueState) -> str:
    """The questioner's description of the last failure (➃)."""
    sampling = context.questioner.sampling._replace(max_tokens=context.settings.questioner.describe_tokens)
    job = state["job"]
    turn = await questioner.describe(
        replace(context.questioner, sampling=sampling),
        problem=state["problem"],
        program=job.program if job else state["reply"],
        tests=job.tests if job else "",
        feedback=state["feedback"],
        seed=context.request_seed("describe", state["round"]),
        language=context.language,
    )
    await say(context, Role.USER, "questioner", turn, round_number=state["round"])
    return turn.text


def _tests(context: DialogueContext, state: DialogueState) -> str:
    """The tests that a repair is to keep."""
    if context.settings.accept.policy is Policy.VERIFIED and state["contract"].current:
        return state["contract"].tests
    job = state["job"]
    return job.tests if job else ""


def _warmer(agent: Agent, by: float) -> Agent:
    """The same agent at a higher temperature, so that a repair does not repeat itself."""
    temperature = max(agent.sampling.temperature, min(1.0, agent.sampling.temperature + by))
    return replace(agent, sampling=agent.sampling._replace(temperature=temperature))
