"""The state machine of one dialogue, and its picture.

    ask → solve → execute ─(passed, or no rounds left)→ finish
                     ↑  └─(failed)→ describe → repair ─┐
                     └─────────────────────────────────┘

Invariant: the graph is compiled once and holds no state of any item; no checkpointer, since resuming replays the
journal (see docs/architecture.md).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from langgraph.graph import END, START, StateGraph

from aiev.dialogue import nodes
from aiev.dialogue.state import DialogueContext, DialogueState

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph

    Graph = CompiledStateGraph[DialogueState, DialogueContext, DialogueState, DialogueState]

NODES = (nodes.ask, nodes.solve, nodes.execute, nodes.describe, nodes.repair, nodes.finish)


@cache
def dialogue_graph() -> Graph:
    """Compile the graph."""
    graph = StateGraph(DialogueState, context_schema=DialogueContext)
    for node in NODES:
        graph.add_node(node.__name__, node)
    graph.add_edge(START, "ask")
    graph.add_edge("ask", "solve")
    graph.add_edge("solve", "execute")
    graph.add_conditional_edges("execute", nodes.after_execute, ["finish", "describe"])
    graph.add_edge("describe", "repair")
    graph.add_edge("repair", "execute")
    graph.add_edge("finish", END)
    return graph.compile()


async def run_dialogue(context: DialogueContext) -> DialogueState:
    """Run one dialogue to its end and return the final state."""
    limit = 4 + 3 * context.max_rounds + 4
    state = await dialogue_graph().ainvoke({}, {"recursion_limit": limit}, context=context)
    return cast("DialogueState", state)


def mermaid() -> str:
    """The graph as a Mermaid diagram, generated from the compiled graph."""
    return dialogue_graph().get_graph().draw_mermaid()
