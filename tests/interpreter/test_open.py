"""Choosing a sandbox, and what is said when none can be had."""

import pytest

from aiev_interpreter import ExecutionResult, InterpreterUnavailable, Job, Verdict, open_interpreter
from aiev_interpreter.backends import bubblewrap as backend
from aiev_interpreter.backends.open import probe
from aiev_interpreter.backends.scripted import ScriptedInterpreter


@pytest.fixture
def nothing_works(monkeypatch, tmp_path):
    def missing():
        raise InterpreterUnavailable("bubblewrap is not installed")

    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    monkeypatch.setattr(backend, "find_bwrap", missing)


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


async def test_the_scripted_interpreter_gives_its_results_in_order():
    result = ExecutionResult(verdict=Verdict.OK, exit_code=0)
    scripted = ScriptedInterpreter([result])
    assert await scripted.execute(Job("", "")) is result
    assert len(scripted.jobs) == 1
