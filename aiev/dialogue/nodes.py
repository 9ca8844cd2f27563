"""The nodes of a dialogue: one for the problem, one for the first round, one for each further round.

Message numbers ➀ to ➅ are those of AIEV-Instruct's figure. Invariants: each message is recorded before anything more is
asked for; an `infra` verdict never becomes a message.

Source: AutoCoder, arXiv 2405.14906, section 2 (AIEV-Instruct).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from langgraph.runtime import Runtime  # noqa: TC002 - LangGraph reads the nodes' annotations at run time

from aiev.dialogue.execution import run_until_real
from aiev.dialogue.state import DialogueContext, DialogueState  # noqa: TC001 - likewise
from aiev_agents.errors import ReplyError
from aiev_agents.messages import Message, Role
from aiev_agents.roles import programmer, questioner
from aiev_agents.roles.reply import parse_reply
from aiev_interpreter.feedback import render_feedback
from aiev_interpreter.packages.installation import install_plan
from aiev_interpreter.protocol import ExecutionResult, Job, Verdict

if TYPE_CHECKING:
    from aiev_agents.roles.agent import Agent, Turn

MALFORMED = "malformed"
"""Verdict of a reply that holds no runnable program: nothing ran, and the interpreter says why."""
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
    await _say(context, Role.USER, "questioner", turn, round_number=0)
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
    return await _execute(context, turn, round_number=1)


async def repair(state: DialogueState, runtime: Runtime[DialogueContext]) -> DialogueState:
    """The questioner says what went wrong (➃), the programmer corrects it (➄), the interpreter runs it (➂ or ➅)."""
    context, number = runtime.context, state["round"]
    description = await _describe(context, state)
    turn = await programmer.repair(
        _warmer(context.programmer, context.settings.programmer.temperature_step * number),
        problem=state["problem"],
        reply=state["reply"],
        feedback=state["feedback"],
        description=description,
        show_failed=context.settings.dialogue.show_failed,
        seed=context.request_seed("repair", number),
        language=context.language,
    )
    return await _execute(context, turn, round_number=number + 1)


async def next_step(state: DialogueState, runtime: Runtime[DialogueContext]) -> str:
    """Name of the edge to take after a round. Asynchronous, since LangGraph runs a plain function in a thread."""
    ends = state["verdict"] == Verdict.OK or state["round"] >= runtime.context.settings.dialogue.max_rounds
    return "passed or out of rounds" if ends else "failed"


async def _describe(context: DialogueContext, state: DialogueState) -> str:
    """The questioner's description of the last failure (➃)."""
    try:
        parsed = parse_reply(state["reply"], context.language)
        program, tests = parsed.program, parsed.tests
    except ReplyError:
        program, tests = state["reply"], ""
    sampling = context.questioner.sampling._replace(max_tokens=context.settings.questioner.describe_tokens)
    turn = await questioner.describe(
        replace(context.questioner, sampling=sampling),
        problem=state["problem"],
        program=program,
        tests=tests,
        feedback=state["feedback"],
        seed=context.request_seed("describe", state["round"]),
        language=context.language,
    )
    await _say(context, Role.USER, "questioner", turn, round_number=state["round"])
    return turn.text


async def _execute(context: DialogueContext, turn: Turn, *, round_number: int) -> DialogueState:
    """Record the programmer's reply, run it, and record what came of it."""
    await _say(context, Role.ASSISTANT, "programmer", turn, round_number=round_number)
    job, result, refused = await _run(context, turn.text)
    await context.recorder.execution(round_number, job, result)
    limit = context.settings.dialogue.feedback_chars
    feedback = render_feedback(result, refused=refused, limit=limit) if job else result.stderr
    message = Message(role=Role.INTERPRETER, content=feedback, agent=context.interpreter.name)
    await context.recorder.message(message, round_number=round_number)
    verdict = str(result.verdict) if job else MALFORMED
    return {"reply": turn.text, "round": round_number, "verdict": verdict, "feedback": feedback}


async def _run(context: DialogueContext, text: str) -> tuple[Job | None, ExecutionResult, tuple[str, ...]]:
    """Run the program of a reply; a reply without one gives an `error` result and no job.

    The third value is what was refused of the reply's install block.
    """
    try:
        parsed = parse_reply(text, context.language)
    except ReplyError as error:
        return None, ExecutionResult(verdict=Verdict.ERROR, exit_code=None, stderr=str(error)), ()
    plan = install_plan(parsed.install, context.language, context.settings.install)
    job = Job(
        program=parsed.program,
        tests=parsed.tests,
        language=context.language,
        requirements=plan.requirements,
        limits=context.limits,
    )
    return job, await run_until_real(context.interpreter, job), plan.refused


async def _say(context: DialogueContext, role: Role, agent: str, turn: Turn, *, round_number: int) -> None:
    message = Message(
        role=role,
        content=turn.text,
        agent=agent,
        prompt_hash=turn.prompt.hash,
        request_hash=turn.request.hash,
    )
    await context.recorder.message(message, round_number=round_number)


def _warmer(agent: Agent, by: float) -> Agent:
    """The same agent at a higher temperature, so that a repair does not repeat itself."""
    temperature = max(agent.sampling.temperature, min(1.0, agent.sampling.temperature + by))
    return replace(agent, sampling=agent.sampling._replace(temperature=temperature))
