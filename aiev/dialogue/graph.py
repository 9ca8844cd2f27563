"""The state machine of one dialogue, run by LangGraph, and its picture.

    ask → solve ─(failed)→ repair ─┐
            │                ↑└────┘ (failed, rounds left)
            └────(passed, or no rounds left)→ end

A node is one step of the talk: the problem, the first round, a further round. Invariants: the graph holds no state of
any dialogue; no checkpointer, since a resumed dialogue replays its journal (docs/architecture.md).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from langgraph.graph import END, START, StateGraph

from aiev.dialogue.nodes import ask, next_step, repair, solve
from aiev.dialogue.state import DialogueContext, DialogueState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.runnables import RunnableConfig
    from langgraph.graph.state import CompiledStateGraph

    Graph = CompiledStateGraph[DialogueState, DialogueContext, DialogueState, DialogueState]


@cache
def dialogue_graph() -> Graph:
    """Compile the graph."""
    graph = StateGraph(DialogueState, context_schema=DialogueContext)
    graph.add_node("ask", ask)
    graph.add_node("solve", solve)
    graph.add_node("repair", repair)
    graph.add_edge(START, "ask")
    graph.add_edge("ask", "solve")
    for round_node in ("solve", "repair"):
        graph.add_conditional_edges(round_node, next_step, {"failed": "repair", "passed or out of rounds": END})
    return graph.compile()


async def run_dialogue(context: DialogueContext, callbacks: Sequence[BaseCallbackHandler] = ()) -> DialogueState:
    """Run one dialogue to its end and return the final state.

    Args:
        context: what its nodes work with.
        callbacks: LangChain's handlers, told of each node as it begins and ends.
    """
    config: RunnableConfig = {"recursion_limit": context.settings.dialogue.max_rounds + 2}
    if callbacks:
        config["callbacks"] = list(callbacks)
    return cast("DialogueState", await dialogue_graph().ainvoke({}, config, context=context))


def mermaid() -> str:
    """The graph as a Mermaid diagram, generated from the compiled graph."""
    return dialogue_graph().get_graph().draw_mermaid()
