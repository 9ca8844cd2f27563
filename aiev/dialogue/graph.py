"""The state machine of one dialogue, and its picture.

    ask → solve → execute ─(passed, or no rounds left)→ finish
                     ↑  └─(failed)→ describe → repair ─┐
                     └─────────────────────────────────┘

The machine is defined once, as a LangGraph `StateGraph`. A dialogue walks that definition step by step; LangGraph's own
executor, which is there for parallel branches, checkpoints and streaming, gives the same dialogue (a test compares the
two on every path) for four to five times the CPU, more than everything else that a conversation costs.

Invariants: the graph holds no state of any item; nodes run one after another; no checkpointer, since resuming replays
the journal (see docs/architecture.md).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from aiev.dialogue import nodes
from aiev.dialogue.state import DialogueContext, DialogueState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from langgraph.graph.state import CompiledStateGraph

    Graph = CompiledStateGraph[DialogueState, DialogueContext, DialogueState, DialogueState]
    Node = Callable[[DialogueState, Runtime[DialogueContext]], Awaitable[DialogueState]]

NODES = (nodes.ask, nodes.solve, nodes.execute, nodes.describe, nodes.repair, nodes.finish)
EDGES = {START: "ask", "ask": "solve", "solve": "execute", "describe": "repair", "repair": "execute", "finish": END}
CHOICES = {"execute": (nodes.after_execute, ["finish", "describe"])}
"""Where the next node depends on the state, with the nodes to choose from."""


_BY_NAME: dict[str, Node] = {node.__name__: node for node in NODES}


@cache
def dialogue_graph() -> Graph:
    """Compile the graph."""
    graph = StateGraph(DialogueState, context_schema=DialogueContext)
    for node in NODES:
        graph.add_node(node.__name__, node)
    for before, after in EDGES.items():
        graph.add_edge(before, after)
    for name, (choose, targets) in CHOICES.items():
        graph.add_conditional_edges(name, choose, targets)
    return graph.compile()


async def run_dialogue(context: DialogueContext) -> DialogueState:
    """Run one dialogue to its end and return the final state."""
    runtime = Runtime(context=context)
    state = cast("DialogueState", {})
    name = EDGES[START]
    while name != END:
        state |= await _BY_NAME[name](state, runtime)
        name = CHOICES[name][0](state, runtime) if name in CHOICES else EDGES[name]
    return state


async def run_with_langgraph(context: DialogueContext) -> DialogueState:
    """The same, by LangGraph's own executor: for its tracing and its tools."""
    limit = 4 + 3 * context.max_rounds + 4
    state = await dialogue_graph().ainvoke({}, {"recursion_limit": limit}, context=context)
    return cast("DialogueState", state)


def mermaid() -> str:
    """The graph as a Mermaid diagram, generated from the compiled graph."""
    return dialogue_graph().get_graph().draw_mermaid()
