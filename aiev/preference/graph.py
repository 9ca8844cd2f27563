"""The state machine of one problem, run by LangGraph, and its picture.

    pose → name → sample → cross → weigh → time → end

Invariant: the graph holds no state of any problem. A problem that comes to nothing ends early.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from langgraph.graph import END, START, StateGraph

from aiev.preference.nodes import (
    AFTER_NAME,
    AFTER_POSE,
    AFTER_SAMPLE,
    cross,
    goes_on,
    name,
    pose,
    sample,
    time,
    weigh,
)
from aiev.preference.state import PreferContext, PreferState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.runnables import RunnableConfig
    from langgraph.graph.state import CompiledStateGraph

    Graph = CompiledStateGraph[PreferState, PreferContext, PreferState, PreferState]


@cache
def prefer_graph() -> Graph:
    """Compile the graph."""
    graph = StateGraph(PreferState, context_schema=PreferContext)
    for node in (pose, name, sample, cross, weigh, time):
        graph.add_node(node.__name__, node)
    graph.add_edge(START, "pose")
    graph.add_conditional_edges("pose", goes_on, AFTER_POSE)
    graph.add_conditional_edges("name", goes_on, AFTER_NAME)
    graph.add_conditional_edges("sample", goes_on, AFTER_SAMPLE)
    graph.add_edge("cross", "weigh")
    graph.add_edge("weigh", "time")
    graph.add_edge("time", END)
    return graph.compile()


async def run_problem(context: PreferContext, callbacks: Sequence[BaseCallbackHandler] = ()) -> PreferState:
    """Run one problem to its end and return the final state.

    Args:
        context: what its nodes work with.
        callbacks: LangChain's handlers, told of each node as it begins and ends.
    """
    config: RunnableConfig = {"callbacks": list(callbacks)} if callbacks else {}
    return cast("PreferState", await prefer_graph().ainvoke({}, config, context=context))


def mermaid() -> str:
    """The graph as a Mermaid diagram, generated from the compiled graph."""
    return prefer_graph().get_graph().draw_mermaid()
