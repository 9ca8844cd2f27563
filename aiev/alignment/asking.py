"""Asks a model for the concepts of a snippet, and for an instruction that is made from them.

Source: SelfCodeAlign, arXiv 2410.24198, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from aiev.alignment.checks import instruction_fault
from aiev_agents.roles import aligner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.alignment.item import Item
    from aiev.alignment.settings import AlignSettings
    from aiev_agents.roles.agent import Agent, Turn

NO_CONCEPTS = "no concepts"


@dataclass(frozen=True, slots=True)
class Instruction:
    """An instruction with the reply that holds it."""

    text: str
    turn: Turn
    fault: str
    """What is wrong with it; empty for one that can be answered."""


async def name_concepts(agent: Agent, item: Item, settings: AlignSettings, seed: int) -> tuple[str, ...]:
    """The concepts of a snippet. Raises what `Agent.say` raises."""
    turn = await aligner.concepts(
        limited(agent, settings.concept_tokens),
        snippet=item.snippet,
        shots=item.for_concepts,
        seed=seed,
        language=item.language,
    )
    return aligner.concepts_of(turn.text)


async def write_instruction(
    agent: Agent, item: Item, settings: AlignSettings, concepts: Sequence[str], seed: int
) -> Instruction:
    """An instruction made from concepts, or without any from the snippet itself. Raises what `Agent.say` raises."""
    write = partial(aligner.instruct, concepts=concepts) if concepts else partial(aligner.inspire, snippet=item.snippet)
    turn = await write(
        limited(agent, settings.instruction_tokens),
        category=item.category,
        difficulty=item.difficulty,
        shots=item.for_instruction,
        seed=seed,
        language=item.language,
    )
    shown = (item.snippet, ", ".join(concepts), *(example.instruction for example in item.for_instruction))
    text = aligner.instruction_of(turn.text, copied_from=shown)
    return Instruction(text, turn, instruction_fault(text, item.snippet))


def limited(agent: Agent, max_tokens: int) -> Agent:
    """An agent whose replies are so long at most, in tokens."""
    return replace(agent, sampling=agent.sampling._replace(max_tokens=max_tokens))
