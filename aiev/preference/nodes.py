"""The nodes of one problem: it is posed and named, answered and tested many times over, and judged.

Invariant: programs and tests are written from the problem alone. Source: CodeDPO, arXiv 2410.05605.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from langgraph.graph import END
from langgraph.runtime import Runtime  # noqa: TC002 - LangGraph reads the nodes' annotations at run time

from aiev.alignment.asking import NO_CONCEPTS, name_concepts, write_instruction
from aiev.preference.crossing import crossed
from aiev.preference.judgement import judge
from aiev.preference.naming import is_named, with_name
from aiev.preference.recording import units_of
from aiev.preference.sample import nothing_to_judge
from aiev.preference.state import PreferContext, PreferState  # noqa: TC001 - likewise
from aiev_agents.roles.reply import program_of

if TYPE_CHECKING:
    from collections.abc import Hashable

NO_NAME = "the problem names no function, and the first answer defines none"


async def pose(state: PreferState, runtime: Runtime[PreferContext]) -> PreferState:
    """The problem: the seed itself, or an instruction that is made from its concepts."""
    del state  # nothing has been made yet
    context, item, align = runtime.context, runtime.context.item, runtime.context.settings.align
    if context.given:
        return {"problem": item.snippet, "asked": None, "reason": ""}
    seed = context.sampler.seed
    named = await name_concepts(context.author, item, align, seed("concepts", 0)) if align.concepts else ()
    if align.concepts and not named:
        return {"problem": "", "asked": None, "reason": NO_CONCEPTS}
    found = await write_instruction(context.author, item, align, named, seed("instruct", 0))
    return {"problem": found.text, "asked": found.turn, "reason": found.fault}


async def name(state: PreferState, runtime: Runtime[PreferContext]) -> PreferState:
    """A problem that does not say what the function is called takes the signature of a first answer."""
    context, problem = runtime.context, state["problem"]
    if not is_named(problem):
        turn = await context.sampler.program(problem, -1)
        problem = with_name(problem, program_of(turn.text, context.item.language), context.item.language)
    made: PreferState = {**state, "problem": problem, "reason": "" if problem else NO_NAME}
    await context.recorder.problem(made)
    return made


async def sample(state: PreferState, runtime: Runtime[PreferContext]) -> PreferState:
    """Programs and tests, each from the problem alone."""
    context = runtime.context
    found = await context.sampler.sample(state["problem"])
    units = units_of([one.text for one in found.tests], context.item.language)[: context.settings.prefer.units]
    return {"sample": found, "units": units, "reason": nothing_to_judge(found, units)}


async def cross(state: PreferState, runtime: Runtime[PreferContext]) -> PreferState:
    """Every program runs against every unit."""
    context, settings = runtime.context, runtime.context.settings
    outcomes = await crossed(
        context.interpreter,
        state["sample"],
        [unit.source for unit in state["units"]],
        context.item.language,
        limits=context.limits,
        install=settings.install,
        seconds=settings.prefer.seconds,
    )
    return {"outcomes": outcomes}


async def weigh(state: PreferState, runtime: Runtime[PreferContext]) -> PreferState:
    """Programs and units judge each other, and come to pairs of a right and a wrong program."""
    context = runtime.context
    programs, units = [one.text for one in state["sample"].programs], [one.source for one in state["units"]]
    found = judge(programs, units, context.item.language, state["outcomes"], context.settings.prefer)
    return {"judgement": found, "fast": (), "reason": found.reason}


async def time(state: PreferState, runtime: Runtime[PreferContext]) -> PreferState:
    """Programs that are right by all trusted units are timed, and come to pairs of a fast and a slow one."""
    programs, units = [one.text for one in state["sample"].programs], [one.source for one in state["units"]]
    pairs = await runtime.context.stopwatch.pairs(programs, units, state["judgement"], state["outcomes"])
    return {"fast": pairs, "reason": "" if pairs else state["reason"]}


async def goes_on(state: PreferState) -> str:
    """Name of the edge to take after a node that can come to nothing."""
    return "nothing" if state["reason"] else "made"


AFTER_POSE: dict[Hashable, str] = {"made": "name", "nothing": END}
AFTER_NAME: dict[Hashable, str] = {"made": "sample", "nothing": END}
AFTER_SAMPLE: dict[Hashable, str] = {"made": "cross", "nothing": END}
