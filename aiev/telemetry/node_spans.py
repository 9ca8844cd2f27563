"""Spans of the nodes of a dialogue's graph, from the callbacks of LangGraph.

A node's span lies inside that of its dialogue, beside those of the requests and executions that it made. Invariant: no
span holds the state of the graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import BaseCallbackHandler
from opentelemetry.trace import Status, StatusCode

if TYPE_CHECKING:
    from uuid import UUID

    from opentelemetry.trace import Span, Tracer


class NodeSpans(BaseCallbackHandler):
    """Makes a span of each node that LangGraph runs."""

    run_inline = True  # in the task of the dialogue, whose span is the parent

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._open: dict[UUID, Span] = {}

    def on_chain_start(self, serialized: dict[str, Any], inputs: dict[str, Any], *, run_id: UUID, **more: Any) -> None:
        """Begin a span, unless what begins is the whole graph or a part of a node."""
        del serialized, inputs
        node, metadata = more.get("name"), more.get("metadata") or {}
        if node and node == metadata.get("langgraph_node"):
            attributes = {"aiev.node": node, "aiev.node.step": metadata["langgraph_step"]}
            self._open[run_id] = self._tracer.start_span(f"node {node}", attributes=attributes)

    def on_chain_end(self, outputs: dict[str, Any], *, run_id: UUID, **more: Any) -> None:
        """End the span."""
        del outputs, more
        if span := self._open.pop(run_id, None):
            span.end()

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **more: Any) -> None:
        """End the span with its error."""
        del more
        if span := self._open.pop(run_id, None):
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(Status(StatusCode.ERROR, str(error)))
            span.end()
