"""Choosing a backend, and the message when none works."""

import pytest

from aiev_interpreter import InterpreterUnavailable, open_interpreter
from aiev_interpreter.backends import stage
from aiev_interpreter.backends.open import probe


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


async def test_a_probe_of_what_is_missing_gives_advice(nothing_works):
    for kind in ("docker", "bubblewrap"):
        found = await probe(kind)
        assert (found.present, bool(found.detail), bool(found.advice)) == (False, True, True)
