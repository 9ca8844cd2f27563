"""Traces and metrics by OpenTelemetry, with the names of its conventions for generative AI.

A dialogue is an `invoke_workflow` span, a request to the model a `chat` span, an execution an `execute_tool` span.
Invariants: names and units are those of the conventions where they have one, and ours begin with `aiev.`; no span holds
prompts or replies; exporters are those that the standard OTEL_* variables configure.

Source: https://github.com/open-telemetry/semantic-conventions/blob/v1.41.0/docs/gen-ai/ (status: development)
"""

from __future__ import annotations

import logging
import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

from aiev import __version__
from aiev.telemetry.node_spans import NodeSpans
from aiev.telemetry.operations import ChatOperation, DialogueOperation, ExecutionOperation, Operation, RunOperation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.trace import Span

SCHEMA = "https://opentelemetry.io/schemas/1.41.0"
DURATION_BUCKETS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
TOKEN_BUCKETS = tuple(4**power for power in range(14))
PROVIDERS = {
    "api.openai.com": "openai",
    "api.anthropic.com": "anthropic",
    "api.deepseek.com": "deepseek",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral_ai",
    "api.perplexity.ai": "perplexity",
    "api.x.ai": "x_ai",
    "generativelanguage.googleapis.com": "gcp.gemini",
}
"""Well-known providers by host; any other is named by its host, or by its software where it has no name."""
_EXPORT_SECONDS = 3.0
"""For one export with its retries, unless OTEL_EXPORTER_OTLP_TIMEOUT says otherwise; a run waits for the last."""
_SHUTDOWN_MS = 5000


class OtelObserver:
    """Makes a span of each operation and of each node of a dialogue, and the client metrics of each request."""

    def __init__(self, tracers: TracerProvider, meters: MeterProvider, *, software: str = "openai") -> None:
        """Observe with these providers, which are shut down by `close`.

        Args:
            tracers: of spans.
            meters: of metrics.
            software: names the provider where no address does; the backend of the model.
        """
        self._tracers = tracers
        self._meters = meters
        self._software = software
        self._closed = False
        self._tracer = tracers.get_tracer("aiev", __version__, schema_url=SCHEMA)
        self.callbacks = (NodeSpans(self._tracer),)
        meter = meters.get_meter("aiev", __version__, schema_url=SCHEMA)
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration",
            unit="s",
            description="GenAI operation duration.",
            explicit_bucket_boundaries_advisory=DURATION_BUCKETS,
        )
        self._usage = meter.create_histogram(
            "gen_ai.client.token.usage",
            unit="{token}",
            description="Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=TOKEN_BUCKETS,
        )

    @classmethod
    def exporting(cls, *, software: str) -> OtelObserver:
        """Export by OTLP over HTTP to where OTEL_EXPORTER_OTLP_ENDPOINT and its kin say."""
        resource = Resource.create({"service.name": "aiev", "service.version": __version__})
        tracers = TracerProvider(resource=resource)
        tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=_timeout("TRACES"))))
        reader = PeriodicExportingMetricReader(OTLPMetricExporter(timeout=_timeout("METRICS")))
        _report_once()
        return cls(tracers, MeterProvider(resource=resource, metric_readers=[reader]), software=software)

    @contextmanager
    def observe(self, operation: Operation) -> Iterator[None]:
        """See `Observer.observe`."""
        name, kind, attributes = self._described(operation)
        started = time.monotonic()
        failure: dict[str, Any] = {}
        with self._tracer.start_as_current_span(
            name, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as error:
                failure = {"error.type": type(error).__name__}
                span.set_attributes(failure)
                span.set_status(Status(StatusCode.ERROR, str(error)))
                raise
            finally:
                _outcome(span, operation)
                if isinstance(operation, ChatOperation):
                    self._measure(operation, time.monotonic() - started, attributes, failure)

    def close(self) -> None:
        """Export what is left, for a few seconds at most. May be called twice."""
        if not self._closed:
            self._closed = True
            self._tracers.shutdown()
            self._meters.shutdown(_SHUTDOWN_MS)

    def _described(self, operation: Operation) -> tuple[str, SpanKind, dict[str, Any]]:
        match operation:
            case RunOperation(run=run):
                return f"aiev {run.recipe}", SpanKind.INTERNAL, {"aiev.run.id": run.id, "aiev.seeds": operation.seeds}
            case DialogueOperation():
                return "invoke_workflow aiev-instruct", SpanKind.INTERNAL, _dialogue(operation)
            case ChatOperation():
                return f"chat {operation.request.model}", SpanKind.CLIENT, self._chat(operation)
            case ExecutionOperation():
                return "execute_tool code_interpreter", SpanKind.INTERNAL, _execution(operation)

    def _chat(self, operation: ChatOperation) -> dict[str, Any]:
        request, sampling = operation.request, operation.request.sampling
        values = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": self._provider(operation.address),
            "gen_ai.request.model": request.model,
            "gen_ai.request.temperature": sampling.temperature,
            "gen_ai.request.top_p": sampling.top_p,
            "gen_ai.request.max_tokens": sampling.max_tokens,
            "gen_ai.request.seed": sampling.seed,
            "gen_ai.request.stop_sequences": sampling.stop or None,
            "gen_ai.conversation.id": operation.conversation_id or None,
            "gen_ai.prompt.name": request.purpose or None,
            **_server(operation.address),
        }
        return {name: value for name, value in values.items() if value is not None}

    def _provider(self, address: str) -> str:
        host = urlsplit(address).hostname or ""
        known = PROVIDERS.get(host)
        return known or (host if "." in host and not host[0].isdigit() else self._software)

    def _measure(
        self, operation: ChatOperation, seconds: float, attributes: dict[str, Any], failure: dict[str, Any]
    ) -> None:
        names = (
            "gen_ai.operation.name",
            "gen_ai.provider.name",
            "gen_ai.request.model",
            "server.address",
            "server.port",
        )
        labels = {name: attributes[name] for name in names if name in attributes}
        reply = operation.reply
        if reply:
            labels |= {"gen_ai.response.model": reply.model} if reply.model else {}
            for kind, count in (("input", reply.prompt_tokens), ("output", reply.completion_tokens)):
                self._usage.record(count, labels | {"gen_ai.token.type": kind})
        self._duration.record(seconds, labels | failure)


def _timeout(signal: str) -> float | None:
    """Seconds for an export; None leaves it to the environment."""
    names = ("OTEL_EXPORTER_OTLP_TIMEOUT", f"OTEL_EXPORTER_OTLP_{signal}_TIMEOUT")
    return None if any(name in os.environ for name in names) else _EXPORT_SECONDS


def _report_once() -> None:
    """One line on standard error in place of all that the exporters log, which is a line for each try."""
    logger = logging.getLogger("opentelemetry")
    logger.propagate = False
    if not any(isinstance(handler, _OneLine) for handler in logger.handlers):
        logger.addHandler(_OneLine(logging.WARNING))


class _OneLine(logging.Handler):
    """Prints the first record alone."""

    _printed = False

    def emit(self, record: logging.LogRecord) -> None:
        if not self._printed:
            self._printed = True
            message = " ".join(record.getMessage().split())[:300]
            sys.stderr.write(f"aiev: telemetry cannot be exported, the run continues: {message}\n")


def _dialogue(operation: DialogueOperation) -> dict[str, Any]:
    return {
        "gen_ai.operation.name": "invoke_workflow",
        "gen_ai.workflow.name": "aiev-instruct",
        "gen_ai.conversation.id": operation.conversation.id,
        "aiev.run.id": operation.conversation.run_id,
        "aiev.seed.id": operation.conversation.seed_id,
        "aiev.language": operation.language,
    }


def _execution(operation: ExecutionOperation) -> dict[str, Any]:
    values = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "code_interpreter",
        "gen_ai.tool.type": "function",
        "gen_ai.conversation.id": operation.conversation_id,
        "aiev.interpreter": operation.interpreter,
        "aiev.language": operation.job.language,
    }
    return {name: value for name, value in values.items() if value}


def _outcome(span: Span, operation: Operation) -> None:
    """Set the attributes that are known at the end of a span."""
    match operation:
        case ChatOperation(reply=reply) if reply:
            span.set_attributes(
                {
                    "gen_ai.response.model": reply.model,
                    "gen_ai.response.finish_reasons": [reply.finish_reason],
                    "gen_ai.usage.input_tokens": reply.prompt_tokens,
                    "gen_ai.usage.output_tokens": reply.completion_tokens,
                }
            )
        case ExecutionOperation(result=result) if result:
            span.set_attributes({"aiev.verdict": str(result.verdict), "aiev.assertions": result.assertions})
        case DialogueOperation(ended=ended) if ended:
            span.set_attributes({"aiev.status": ended.status, "aiev.rounds": ended.rounds})
        case RunOperation():
            span.set_attributes({f"aiev.items.{status}": count for status, count in operation.statuses.items()})


def _server(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    if not parts.hostname:
        return {}
    return {"server.address": parts.hostname, "server.port": parts.port or (443 if parts.scheme == "https" else 80)}
