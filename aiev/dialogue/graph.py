"""The state machine of one dialogue, run by LangGraph, and its picture.

    ask → solve ─(failed)→ repair ─┐
            │               ↑ ↑└───┘ (failed, rounds left)
            │  (contradicted) │
            └──(passed)→ verify ─(otherwise)→ end

A node is one step of the talk: the problem, the first round, a further round, the evidence. Only the policy `verified`
asks for evidence; under the others a round that passed is the end. Invariants: the graph holds no state of
any dialogue; no checkpointer, since a resumed dialogue replays its journal (docs/architecture.md).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from langgraph.graph import END, START, StateGraph

from aiev.dialogue.nodes import ask, next_step, repair, solve
from aiev.dialogue.state import DialogueContext, DialogueState
from aiev.dialogue.verification import after_evidence, verify

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.runnables import RunnableConfig
    from langgraph.graph.state import CompiledStateGraph

    Graph = CompiledStateGraph[DialogueState, DialogueContext, DialogueState, DialogueState]

_AFTER_A_ROUND: dict[Hashable, str] = {
    "failed": "repair",
    "passed, evidence wanted": "verify",
    "passed or out of rounds": END,
}
_AFTER_EVIDENCE: dict[Hashable, str] = {"contradicted": "repair", "verified, unverified or out of rounds": END}


@cache
def dialogue_graph() -> Graph:
    """Compile the graph."""
    graph = StateGraph(DialogueState, context_schema=DialogueContext)
    graph.add_node("ask", ask)
    graph.add_node("solve", solve)
    graph.add_node("repair", repair)
    graph.add_edge(START, "ask")
    graph.add_edge("ask", "solve")
    graph.add_node("verify", verify)
    for round_node in ("solve", "repair"):
        graph.add_conditional_edges(round_node, next_step, _AFTER_A_ROUND)
    graph.add_conditional_edges("verify", after_evidence, _AFTER_EVIDENCE)
    return graph.compile()


async def run_dialogue(context: DialogueContext, callbacks: Sequence[BaseCallbackHandler] = ()) -> DialogueState:
    """Run one dialogue to its end and return the final state.

    Args:
        context: what its nodes work with.
        callbacks: LangChain's handlers, told of each node as it begins and ends.
    """
    config: RunnableConfig = {"recursion_limit": 2 * context.settings.dialogue.max_rounds + 2}
    if callbacks:
        config["callbacks"] = list(callbacks)
    return cast("DialogueState", await dialogue_graph().ainvoke({}, config, context=context))


def mermaid() -> str:
    """The graph as a Mermaid diagram, generated from the compiled graph."""
    return dialogue_graph().get_graph().draw_mermaid()
