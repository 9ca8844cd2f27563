"""Spans and metrics, as exporters get them, by the names of the GenAI conventions."""

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from support.talk import PROBLEM

from aiev.errors import SetupError
from aiev.telemetry.otel import OtelObserver
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import ModelRefused


class Collected:
    """An observer whose exporters keep what they get."""

    def __init__(self):
        self.exporter, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.observer = OtelObserver(tracers, MeterProvider(metric_readers=[self.reader]), software="scripted")

    def spans(self, beginning):
        return [span for span in self.exporter.get_finished_spans() if span.name.startswith(beginning)]

    def metric(self, name):
        data = self.reader.get_metrics_data()
        metrics = [
            metric for resource in data.resource_metrics for scope in resource.scope_metrics for metric in scope.metrics
        ]
        (found,) = [metric for metric in metrics if metric.name == name]
        return found


@pytest.fixture
def collected():
    made = Collected()
    yield made
    made.observer.close()


async def test_a_dialogue_is_a_workflow_with_its_calls_and_executions_inside(teach, collected):
    result = await teach(collected.observer)
    (run,) = collected.spans("aiev teach")
    workflows = collected.spans("invoke_workflow")
    chats, tools = collected.spans("chat scripted"), collected.spans("execute_tool code_interpreter")
    assert (len(workflows), len(chats), len(tools)) == (3, 8, 4)
    assert {span.parent.span_id for span in workflows} == {run.context.span_id}
    by_id = {span.context.span_id: span for span in workflows}
    for span in (*chats, *tools):
        workflow = by_id[span.parent.span_id]
        assert span.attributes["gen_ai.conversation.id"] == workflow.attributes["gen_ai.conversation.id"]
    assert {span.attributes["aiev.run.id"] for span in workflows} == {result.run_id}
    assert sorted(span.attributes["aiev.verdict"] for span in tools) == ["error", "ok", "ok", "ok"]


async def test_a_chat_span_has_the_names_of_the_conventions(teach, collected):
    await teach(collected.observer, assignments=("model.base_url=https://api.openai.com/v1",))
    span = collected.spans("chat scripted")[0]
    expected = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "scripted",
        "gen_ai.request.max_tokens": 120,
        "gen_ai.request.temperature": 0.4,
        "gen_ai.request.top_p": 0.95,
        "gen_ai.response.model": "scripted",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 0,
        "server.address": "api.openai.com",
        "server.port": 443,
    }
    assert {name: span.attributes[name] for name in expected} == expected
    assert span.attributes["gen_ai.usage.output_tokens"] > 0
    assert isinstance(span.attributes["gen_ai.request.seed"], int)
    assert span.kind is SpanKind.CLIENT
    assert not any(PROBLEM in str(value) for value in span.attributes.values())


async def test_the_client_metrics_have_their_names_units_and_buckets(teach, collected):
    await teach(collected.observer)
    usage, duration = (
        collected.metric("gen_ai.client.token.usage"),
        collected.metric("gen_ai.client.operation.duration"),
    )
    assert (usage.unit, duration.unit) == ("{token}", "s")
    kinds = {point.attributes["gen_ai.token.type"]: point for point in usage.data.data_points}
    assert (kinds["input"].count, kinds["output"].count) == (8, 8)
    assert kinds["output"].sum > 0
    assert kinds["output"].explicit_bounds[:3] == (1, 4, 16)
    (point,) = duration.data.data_points
    assert point.count == 8
    assert point.explicit_bounds[:2] == (0.01, 0.02)
    assert point.attributes["gen_ai.provider.name"] == "scripted"


async def test_a_failed_call_is_an_error_span_with_its_type(teach, collected):
    def refuse(_request):
        raise ModelRefused("no such key")

    with pytest.raises(SetupError):
        await teach(collected.observer, model=ScriptedChatModel(refuse))
    span = collected.spans("chat")[0]
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "no such key")
    assert span.attributes["error.type"] == "ModelRefused"
    assert {
        point.attributes["error.type"]
        for point in collected.metric("gen_ai.client.operation.duration").data.data_points
    } == {"ModelRefused"}


async def test_each_node_of_the_graph_is_a_span_inside_its_dialogue(teach, collected):
    await teach(collected.observer)
    workflows = {span.context.span_id: span for span in collected.spans("invoke_workflow")}
    nodes = collected.spans("node ")
    by_dialogue = {key: [span for span in nodes if span.parent.span_id == key] for key in workflows}
    found = sorted([span.attributes["aiev.node"] for span in spans] for spans in by_dialogue.values())
    assert found == [["ask", "solve"], ["ask", "solve"], ["ask", "solve", "repair"]]
    assert len(nodes) == 7
    assert not any(PROBLEM in str(span.attributes) for span in nodes)


async def test_a_node_that_fails_is_an_error_span(teach, collected):
    def refuse(_request):
        raise ModelRefused("no such key")

    with pytest.raises(SetupError):
        await teach(collected.observer, model=ScriptedChatModel(refuse))
    span = collected.spans("node ask")[0]
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"]
