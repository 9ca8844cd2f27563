"""Choosing a backend, and the message when none works."""

import pytest
from support.docker_daemon import Daemon

from aiev_interpreter import InterpreterUnavailable, open_interpreter
from aiev_interpreter.backends import docker, stage
from aiev_interpreter.backends import open as opening
from aiev_interpreter.backends.open import probe
from aiev_interpreter.settings import InterpreterSettings


@pytest.fixture
def nothing_works(monkeypatch, tmp_path):
    def missing():
        raise InterpreterUnavailable("bubblewrap is not installed")

    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    monkeypatch.setattr(stage, "find_bwrap", missing)


async def test_without_any_sandbox_one_line_says_what_was_tried(nothing_works):
    with pytest.raises(InterpreterUnavailable) as caught:
        await open_interpreter(run_id="x")
    text = str(caught.value)
    assert "\n" not in text
    assert all(word in text for word in ("docker", "bubblewrap", "start the Docker daemon"))


class StandIn:
    """A backend that opens, for what is said about the ones before it."""

    name = "bubblewrap"

    def __init__(self, *_):
        self.image, self.notice = "host", ""

    async def close(self):
        pass


async def test_auto_says_why_docker_was_not_taken(nothing_works, monkeypatch, caplog):
    async def bubblewrap(*_):
        return None

    async def opened(backend, settings, install, notice=""):
        interpreter = StandIn()
        interpreter.notice = notice
        return interpreter

    monkeypatch.setitem(opening._BACKENDS, "bubblewrap", bubblewrap)
    monkeypatch.setattr(opening, "_opened", opened)
    interpreter = await open_interpreter(run_id="x")
    assert interpreter.notice.startswith("docker: the Docker daemon does not answer (")
    assert f"programs run in bubblewrap ({interpreter.notice})" in caplog.text


async def test_a_daemon_without_any_base_is_missing_with_its_reason(monkeypatch):
    async def connect(*_):
        return Daemon()

    monkeypatch.setattr(docker, "connect", connect)
    found = await probe("docker", InterpreterSettings(base_image="corp:1"))
    assert not found.present
    assert "the daemon answers, but corp:1 is not here and cannot be pulled" in found.detail
    assert "interpreter.base_image" in found.advice


async def test_a_probe_of_what_is_missing_gives_advice(nothing_works):
    for kind in ("docker", "bubblewrap"):
        found = await probe(kind)
        assert (found.present, bool(found.detail), bool(found.advice)) == (False, True, True)
