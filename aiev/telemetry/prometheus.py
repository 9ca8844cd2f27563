"""The counters of a run for Prometheus, on a loopback port.

Invariants: a registry of our own, so that nothing else in the process is exported; labels have few values: no
conversation, no seed, no address.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, assert_never

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, start_http_server

from aiev.errors import SetupError
from aiev.telemetry.operations import (
    ChatOperation,
    DialogueOperation,
    ExecutionOperation,
    Observer,
    Operation,
    RunOperation,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ADDRESS = "127.0.0.1"
_CALL_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320)
_EXECUTION_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180)


class PrometheusObserver(Observer):
    """Counts operations and serves the counters."""

    def __init__(self, port: int) -> None:
        """Serve on 127.0.0.1 at `port`.

        Raises:
            SetupError: the port is taken.
        """
        self.registry = registry = CollectorRegistry()
        ProcessCollector(namespace="aiev", registry=registry)
        self._items = Counter("aiev_items", "Dialogues that ended.", ["status"], registry=registry)
        self._in_flight = Gauge("aiev_items_in_flight", "Dialogues in flight.", registry=registry)
        self._calls = Counter(
            "aiev_model_requests", "Requests to the model.", ["purpose", "outcome"], registry=registry
        )
        self._tokens = Counter("aiev_tokens", "Tokens, as the endpoint counts.", ["type"], registry=registry)
        self._call_seconds = Histogram(
            "aiev_model_request_seconds", "From request to reply.", registry=registry, buckets=_CALL_BUCKETS
        )
        self._executions = Counter("aiev_executions", "Programs that ran.", ["verdict", "language"], registry=registry)
        self._execution_seconds = Histogram(
            "aiev_execution_seconds", "Of a program and its tests.", registry=registry, buckets=_EXECUTION_BUCKETS
        )
        self._retries = _RetryCounter(Counter("aiev_retries", "Calls that were made again.", registry=registry))
        try:
            self._server, self._thread = start_http_server(port, addr=ADDRESS, registry=registry)
        except OSError as error:
            raise SetupError(
                f"cannot serve metrics on {ADDRESS}:{port}: {error.strerror}; choose another --metrics-port"
            ) from None
        logging.getLogger("aiev_agents").addHandler(self._retries)
        logging.getLogger("aiev_agents").setLevel(logging.INFO)

    @contextmanager
    def observe(self, operation: Operation) -> Iterator[None]:
        """See `Observer.observe`."""
        started = time.monotonic()
        if isinstance(operation, DialogueOperation):
            self._in_flight.inc()
        try:
            yield
        finally:
            self._count(operation, time.monotonic() - started)

    def close(self) -> None:
        """Stop serving. May be called twice."""
        logging.getLogger("aiev_agents").removeHandler(self._retries)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _count(self, operation: Operation, seconds: float) -> None:
        match operation:
            case RunOperation():
                pass
            case DialogueOperation():
                self._in_flight.dec()
                self._items.labels(operation.ended.status if operation.ended else "suspended").inc()
            case ChatOperation():
                self._chat(operation, seconds)
            case ExecutionOperation():
                verdict = str(operation.result.verdict) if operation.result else "none"
                self._executions.labels(verdict, operation.job.language).inc()
                self._execution_seconds.observe(seconds)
            case _:
                assert_never(operation)

    def _chat(self, operation: ChatOperation, seconds: float) -> None:
        reply = operation.reply
        self._calls.labels(operation.request.purpose, "answered" if reply else "failed").inc()
        if reply:
            self._call_seconds.observe(seconds)
            self._tokens.labels("input").inc(reply.prompt_tokens)
            self._tokens.labels("output").inc(reply.completion_tokens)


class _RetryCounter(logging.Handler):
    """Counts the retries that the clients log."""

    def __init__(self, counter: Counter) -> None:
        super().__init__()
        self._counter = counter

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == "retry":
            self._counter.inc()
