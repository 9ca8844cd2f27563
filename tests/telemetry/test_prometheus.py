"""The counters as Prometheus scrapes them, over HTTP."""

import socket
from contextlib import closing
from http.client import HTTPConnection

import pytest
from prometheus_client.parser import text_string_to_metric_families

from aiev.errors import SetupError
from aiev.telemetry.prometheus import PrometheusObserver
from aiev_agents.clients.retrying import tell_retry
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import ModelRefused


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def scrape(port):
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, *sorted(sample.labels.values())): sample.value for sample in samples}


@pytest.fixture
def served():
    port = free_port()
    observer = PrometheusObserver(port)
    yield observer, port
    observer.close()


async def test_a_scrape_has_what_the_run_has_done(teach, served):
    observer, port = served
    await teach(observer)
    found = scrape(port)
    assert found["aiev_items_total", "accepted"] == 3
    assert found["aiev_items_in_flight",] == 0
    assert found["aiev_executions_total", "ok", "python"] == 3
    assert found["aiev_executions_total", "error", "python"] == 1
    assert found["aiev_model_requests_total", "answered", "programmer/solve"] == 3
    assert found["aiev_tokens_total", "output"] > 0
    assert found["aiev_model_request_seconds_count",] == 8
    assert found["aiev_process_resident_memory_bytes",] > 0


async def test_failures_and_retries_are_counted(teach, served):
    observer, port = served

    def refuse(_request):
        raise ModelRefused("no")

    with pytest.raises(SetupError):
        await teach(observer, model=ScriptedChatModel(refuse))
    tell_retry(model="m", tries=1, wait_seconds=0, error="x")
    found = scrape(port)
    assert found["aiev_model_requests_total", "failed", "questioner/ask"] >= 1
    assert found["aiev_items_total", "suspended"] >= 1
    assert found["aiev_retries_total",] == 1


def test_a_port_that_is_taken_is_one_line(served):
    _, port = served
    with pytest.raises(SetupError, match=f"cannot serve metrics on 127.0.0.1:{port}: .*choose another"):
        PrometheusObserver(port)
