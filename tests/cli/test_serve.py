import json
import socket
from types import SimpleNamespace

import pytest
from support.command_line import assert_one_line


def test_serve_says_in_one_line_that_there_is_no_database(aiev):
    assert_one_line(aiev("serve", "no.db"), 1, "no database no.db")


def test_serve_says_in_one_line_that_its_port_is_taken(aiev, talks):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_one_line(aiev("serve", talks, "--port", port), 1, f"cannot listen on 127.0.0.1:{port}", "--port")


@pytest.fixture
def served(monkeypatch):
    """`aiev serve` up to the point where pages would be served; returns what it was given, and what was opened."""
    seen = {}

    def serve_pages(db, *, port, token, ready):
        seen.update(db=db, port=port, token=token)
        ready(SimpleNamespace(url="http://127.0.0.1:7/?token=t", port=7))

    monkeypatch.setattr("aiev.view.web.server.serve", serve_pages)
    monkeypatch.setattr("click.launch", lambda url: seen.update(opened=url))
    return seen


def test_the_address_is_printed_and_opened_only_when_asked_for(aiev, talks, served):
    assert "http://127.0.0.1:7/?token=t" in aiev("serve", talks).stdout
    assert "opened" not in served
    aiev("serve", talks, "--open")
    assert served["opened"] == "http://127.0.0.1:7/?token=t"


def test_the_address_as_json_is_one_document(aiev, talks, served):
    done = aiev("serve", talks, "--json", "--port", 0)
    assert json.loads(done.stdout) == {"url": "http://127.0.0.1:7/?token=t", "port": 7}
    assert (served["port"], served["token"]) == (0, "")


def test_a_token_comes_from_the_environment_alone(aiev, talks, served):
    done = aiev("serve", talks, AIEV_SERVE_TOKEN="mine")
    assert served["token"] == "mine"
    assert "mine" not in done.stdout


@pytest.mark.parametrize("port", [-1, 65536, "x"])
def test_a_port_that_is_none_is_a_usage_error(aiev, talks, port):
    assert aiev("serve", talks, "--port", port).exit_code == 2
