"""The state machine of one item, run by LangGraph, and its picture.

    concepts → instruct → respond → execute → choose → end

Invariant: the graph holds no state of any item. An item without concepts or without an instruction ends early.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from langgraph.graph import END, START, StateGraph

from aiev.alignment.nodes import (
    AFTER_CONCEPTS,
    AFTER_INSTRUCTION,
    choose,
    concepts,
    execute,
    first_node,
    goes_on,
    instruct,
    respond,
)
from aiev.alignment.state import AlignContext, AlignState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.runnables import RunnableConfig
    from langgraph.graph.state import CompiledStateGraph

    Graph = CompiledStateGraph[AlignState, AlignContext, AlignState, AlignState]


@cache
def align_graph() -> Graph:
    """Compile the graph."""
    graph = StateGraph(AlignState, context_schema=AlignContext)
    for node in (concepts, instruct, respond, execute, choose):
        graph.add_node(node.__name__, node)
    graph.add_conditional_edges(START, first_node, ["concepts", "instruct"])
    graph.add_conditional_edges("concepts", goes_on, AFTER_CONCEPTS)
    graph.add_conditional_edges("instruct", goes_on, AFTER_INSTRUCTION)
    graph.add_edge("respond", "execute")
    graph.add_edge("execute", "choose")
    graph.add_edge("choose", END)
    return graph.compile()


async def run_item(context: AlignContext, callbacks: Sequence[BaseCallbackHandler] = ()) -> AlignState:
    """Run one item to its end and return the final state.

    Args:
        context: what its nodes work with.
        callbacks: LangChain's handlers, told of each node as it begins and ends.
    """
    config: RunnableConfig = {"callbacks": list(callbacks)} if callbacks else {}
    return cast("AlignState", await align_graph().ainvoke({}, config, context=context))


def mermaid() -> str:
    """The graph as a Mermaid diagram, generated from the compiled graph."""
    return align_graph().get_graph().draw_mermaid()
