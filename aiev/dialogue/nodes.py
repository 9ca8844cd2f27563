"""The steps of a dialogue, one function each. Message numbers ➀–➅ are those of AIEV-Instruct's figure.

Invariants: a node sends at most one model request or runs at most one job; each message is recorded before the state
that holds it moves on; an `infra` verdict never becomes a message.

Source: AutoCoder, arXiv 2405.14906, section 2 (AIEV-Instruct).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from langgraph.runtime import Runtime  # noqa: TC002 - LangGraph reads the nodes' annotations at run time

from aiev.dialogue.infra import run_until_real
from aiev.dialogue.state import DialogueContext, DialogueState  # noqa: TC001 - likewise
from aiev_agents.errors import ReplyError
from aiev_agents.messages import Message, Role
from aiev_agents.roles import programmer, questioner
from aiev_agents.roles.reply import parse_reply
from aiev_interpreter.feedback import render_feedback
from aiev_interpreter.packages.install import parse_install
from aiev_interpreter.protocol import ExecutionResult, Job, Verdict

if TYPE_CHECKING:
    from aiev_agents.roles.agent import Agent, Turn
    from aiev_agents.roles.reply import Reply

MALFORMED = "malformed"
"""Verdict of a reply that holds no runnable program: nothing ran, and the interpreter says why."""


async def ask(state: DialogueState, runtime: Runtime[DialogueContext]) -> DialogueState:
    """The questioner writes a problem from the seed snippet (➀)."""
    del state  # nothing has been said yet
    context = runtime.context
    turn = await question(context)
    await _record(context, Role.USER, "questioner", turn, round_number=0)
    return {"problem": turn.text, "round": 0}


async def question(context: DialogueContext) -> Turn:
    """The turn of `ask`, for whoever asks outside a dialogue, as a batch does."""
    return await questioner.ask(
        context.questioner,
        snippet=context.snippet,
        basic=context.basic,
        seed=context.request_seed("ask", 0),
        language=context.language,
    )


async def solve(state: DialogueState, runtime: Runtime[DialogueContext]) -> DialogueState:
    """The programmer answers with a program and its tests (➁)."""
    context = runtime.context
    turn = await programmer.solve(
        context.programmer,
        problem=state["problem"],
        seed=context.request_seed("solve", 0),
        language=context.language,
    )
    await _record(context, Role.ASSISTANT, "programmer", turn, round_number=1)
    return {"reply": turn.text}


async def execute(state: DialogueState, runtime: Runtime[DialogueContext]) -> DialogueState:
    """The interpreter runs the program with its tests (➂ on failure, ➅ on success)."""
    context = runtime.context
    number = state["round"] + 1
    parsed, job, result = await _run(context, state["reply"])
    await context.recorder.execution(number, job, result)
    verdict = str(result.verdict) if job else MALFORMED
    feedback = render_feedback(result, limit=context.feedback_chars) if job else result.stderr
    message = Message(role=Role.INTERPRETER, content=feedback, agent=context.interpreter.name)
    await context.recorder.message(message, round_number=number)
    return {"parsed": parsed, "round": number, "verdict": verdict, "feedback": feedback}


async def describe(state: DialogueState, runtime: Runtime[DialogueContext]) -> DialogueState:
    """The questioner says in words what went wrong (➃)."""
    context, parsed = runtime.context, state["parsed"]
    turn = await questioner.describe(
        _brief(context.questioner, context.describe_tokens),
        problem=state["problem"],
        program=parsed.program if parsed else state["reply"],
        tests=parsed.tests if parsed else "",
        feedback=state["feedback"],
        seed=context.request_seed("describe", state["round"]),
        language=context.language,
    )
    await _record(context, Role.USER, "questioner", turn, round_number=state["round"])
    return {"description": turn.text}


async def repair(state: DialogueState, runtime: Runtime[DialogueContext]) -> DialogueState:
    """The programmer answers with a corrected program (➄)."""
    context = runtime.context
    turn = await programmer.repair(
        _warmer(context.programmer, context.temperature_step * state["round"]),
        problem=state["problem"],
        reply=state["reply"],
        feedback=state["feedback"],
        description=state["description"],
        show_failed=context.show_failed,
        seed=context.request_seed("repair", state["round"]),
        language=context.language,
    )
    await _record(context, Role.ASSISTANT, "programmer", turn, round_number=state["round"] + 1)
    return {"reply": turn.text}


async def finish(state: DialogueState, runtime: Runtime[DialogueContext]) -> DialogueState:
    """Accept what passed; discard, with the last verdict as reason, what did not."""
    del runtime  # nothing more is said
    if state["verdict"] == Verdict.OK:
        return {"status": "accepted", "reason": ""}
    rounds = f"{state['round']} round" + ("s" if state["round"] != 1 else "")
    return {"status": "discarded", "reason": f"{state['verdict']} after {rounds}"}


def after_execute(state: DialogueState, runtime: Runtime[DialogueContext]) -> str:
    """Where to go from `execute`: finish on success or at the last round, describe otherwise."""
    done = state["verdict"] == Verdict.OK or state["round"] >= runtime.context.max_rounds
    return "finish" if done else "describe"


async def _run(context: DialogueContext, text: str) -> tuple[Reply | None, Job | None, ExecutionResult]:
    """Take a reply apart and run it; what cannot be taken apart gives an `error` result without a job."""
    try:
        parsed = parse_reply(text, context.language)
    except ReplyError as error:
        return None, None, ExecutionResult(verdict=Verdict.ERROR, exit_code=None, stderr=str(error))
    python = context.language == "python"  # other languages have what their standard library has
    requirements = parse_install(parsed.install).requirements if context.install and python else ()
    job = Job(
        program=parsed.program,
        tests=parsed.tests,
        language=context.language,
        requirements=requirements,
        limits=context.limits,
    )
    return parsed, job, await run_until_real(context.interpreter, job)


async def _record(context: DialogueContext, role: Role, agent: str, turn: Turn, *, round_number: int) -> None:
    message = Message(
        role=role,
        content=turn.text,
        agent=agent,
        prompt_hash=turn.prompt.hash,
        request_hash=turn.request.hash,
    )
    await context.recorder.message(message, round_number=round_number)


def _brief(agent: Agent, tokens: int) -> Agent:
    return replace(agent, sampling=agent.sampling._replace(max_tokens=tokens))


def _warmer(agent: Agent, by: float) -> Agent:
    """The same agent at a higher temperature: a repair that repeats itself is a round lost."""
    temperature = max(agent.sampling.temperature, min(1.0, agent.sampling.temperature + by))
    return replace(agent, sampling=agent.sampling._replace(temperature=temperature))
