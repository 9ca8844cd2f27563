"""The nodes of one item: its concepts, its instruction, the responses, their runs, and the choice.

Invariants: what a node made is recorded before the next begins; a response whose form is wrong never runs. Source:
SelfCodeAlign, arXiv 2410.24198, section 2.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from langgraph.graph import END
from langgraph.runtime import Runtime  # noqa: TC002 - LangGraph reads the nodes' annotations at run time

from aiev.alignment.asking import NO_CONCEPTS, limited, name_concepts, write_instruction
from aiev.alignment.candidate import Candidate, Response
from aiev.alignment.evidence import best, evidence_of
from aiev.alignment.picking import in_order, nothing_to_pick
from aiev.alignment.settings import ABLATIONS, Pick
from aiev.alignment.state import AlignContext, AlignState  # noqa: TC001 - likewise
from aiev.dialogue.execution import run_until_real
from aiev.evidence.settings import Policy
from aiev.evidence.verdict import VERIFIED
from aiev_agents.roles import aligner
from aiev_interpreter.packages.installation import install_plan
from aiev_interpreter.protocol import Job

if TYPE_CHECKING:
    from collections.abc import Hashable


async def concepts(state: AlignState, runtime: Runtime[AlignContext]) -> AlignState:
    """The model names the concepts of the snippet."""
    del state  # nothing has been made yet
    context = runtime.context
    found = await name_concepts(context.agent, context.item, context.settings.align, context.seed("concepts", 0))
    return {"concepts": found, "reason": "" if found else NO_CONCEPTS}


async def instruct(state: AlignState, runtime: Runtime[AlignContext]) -> AlignState:
    """The model writes an instruction from the concepts, or from the snippet itself."""
    context, named = runtime.context, state.get("concepts", ())
    found = await write_instruction(
        context.agent, context.item, context.settings.align, named, context.seed("instruct", 0)
    )
    made: AlignState = {"concepts": named, "instruction": found.text, "asked": found.turn, "reason": found.fault}
    await context.recorder.instruction(made)
    return made


async def respond(state: AlignState, runtime: Runtime[AlignContext]) -> AlignState:
    """The model answers the instruction several times, each with its own decoding seed."""
    context, item, settings = runtime.context, runtime.context.item, runtime.context.settings.align
    agent = limited(context.agent, settings.response_tokens)
    turns = await asyncio.gather(
        *(
            aligner.respond(
                agent,
                instruction=state["instruction"],
                shots=item.for_response,
                seed=context.seed("respond", number),
                language=item.language,
            )
            for number in range(settings.responses)
        )
    )
    return {"responses": tuple(Response.of(turn, item.language) for turn in turns)}


async def execute(state: AlignState, runtime: Runtime[AlignContext]) -> AlignState:
    """Every response that is well formed runs with its tests; equal ones run once."""
    context = runtime.context
    jobs = [_job(context, response) for response in state["responses"]]
    distinct = list({job: None for job in jobs if job})
    results = await asyncio.gather(*(run_until_real(context.interpreter, job) for job in distinct))
    known = dict(zip(distinct, results, strict=True))
    candidates = tuple(
        Candidate(position, response, job, known[job] if job else None)
        for position, (response, job) in enumerate(zip(state["responses"], jobs, strict=True))
    )
    await context.recorder.candidates(candidates)
    return {"candidates": candidates}


async def choose(state: AlignState, runtime: Runtime[AlignContext]) -> AlignState:
    """One response is kept, if the policy accepts it."""
    context, settings = runtime.context, runtime.context.settings
    pick, candidates = settings.align.pick, state["candidates"]
    pool = in_order(candidates, pick, context.item.chance)
    chosen = pool[0] if pool else None
    made: AlignState = {"chosen": chosen, "evidence": None, "reason": ""}
    if chosen is None:
        made["reason"] = nothing_to_pick(candidates, pick)
    elif pick not in ABLATIONS and settings.accept.policy is Policy.VERIFIED:
        tried = pool if pick is Pick.BEST else [chosen]
        found = [(one, await evidence_of(context, state["instruction"], one, candidates)) for one in tried]
        made["chosen"], evidence = best(found)
        made |= {"evidence": evidence, "reason": "" if evidence.status == VERIFIED else evidence.sentence}
    return made


async def first_node(state: AlignState, runtime: Runtime[AlignContext]) -> str:
    """Whether instructions come from concepts."""
    del state
    return "concepts" if runtime.context.settings.align.concepts else "instruct"


async def goes_on(state: AlignState) -> str:
    """Name of the edge to take after a node that can come to nothing."""
    return "nothing" if state["reason"] else "made"


AFTER_CONCEPTS: dict[Hashable, str] = {"made": "instruct", "nothing": END}
AFTER_INSTRUCTION: dict[Hashable, str] = {"made": "respond", "nothing": END}


def _job(context: AlignContext, response: Response) -> Job | None:
    """What runs of a response; None when its form is wrong."""
    parsed = response.parsed
    if parsed is None or response.fault:
        return None
    language = context.item.language
    plan = install_plan(parsed.install, language, context.settings.install)
    return Job(
        program=parsed.program,
        tests=parsed.tests,
        language=language,
        requirements=plan.requirements,
        limits=context.limits,
    )
