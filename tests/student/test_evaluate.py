"""Evaluations: scripted models and interpreter, real store."""

import asyncio

import pytest
from support.evaluations import PROBLEMS, evaluated, open_context, solver
from support.loop_parts import QUIET, backends, loop
from support.talk import judge

from aiev.config.layers import load_config
from aiev.errors import SetupError, UsageError
from aiev.run.progress import Progress
from aiev.store.writing.student import StudentStore
from aiev.student.evaluate import evaluate, evaluate_round
from aiev_agents.errors import ModelRefused
from aiev_interpreter import InterpreterUnavailable
from aiev_interpreter.backends.scripted import ScriptedInterpreter


@pytest.fixture
def path(tmp_path):
    return tmp_path / "t.db"


def test_results_come_per_item_and_pass_at_k_from_all_samples(path):
    model = solver(solves=lambda number: number < 3)
    done = evaluated(path, model, "gate.samples=2", "gate.temperature=0.2", "gate.k=[1,2]", subject="teacher")
    assert len(done.samples) == 12
    assert done.record.pass_at_k == {"1": 0.5, "2": 0.5}
    assert {sample.verdict for sample in done.samples if sample.item == "p5"} == {"error"}
    seeds = {request.sampling.seed for request in model.requests}
    assert len(seeds) == 12


def test_an_evaluation_is_made_once(path):
    first = evaluated(path, solver())
    again = solver()
    assert evaluated(path, again) == first
    assert again.requests == []


def test_progress_counts_passed_and_failed_samples(path):
    with open_context(path, solver(solves=lambda number: number < 2)) as context:
        asyncio.run(evaluate(context, PROBLEMS))
        assert context.progress.statuses == {"passed": 2, "failed": 4}
        assert (context.progress.total, context.progress.done, context.progress.in_flight) == (6, 6, 0)


def test_after_a_refusal_only_what_is_missing_is_asked_and_run(path):
    model, paid = solver(), []
    answer = model.chat

    async def chat(request):
        if len(paid) == 3:
            raise ModelRefused("the key was refused")
        paid.append(request.hash)
        return await answer(request)

    model.chat = chat
    with pytest.raises(SetupError, match=r"the key was refused.*again to resume"):
        evaluated(path, model, "run.workers=1")
    again, interpreter = solver(), ScriptedInterpreter(judge)
    done = evaluated(path, again, "run.workers=1", interpreter=interpreter)
    assert (len(again.requests), len(interpreter.jobs), len(done.samples)) == (3, 3, 6)
    assert done.record.finished_at


def test_a_sandbox_without_the_tools_is_an_error_of_the_setup(path):
    def unavailable(_job):
        raise InterpreterUnavailable("no tools for go")

    with pytest.raises(SetupError, match="no tools for go"):
        evaluated(path, solver(), interpreter=ScriptedInterpreter(unavailable))


def test_a_reply_that_was_paid_for_survives_a_sandbox_that_failed(path, monkeypatch):
    monkeypatch.setattr("aiev.student.sampling.run_until_real", lambda interpreter, job: _broken())
    with pytest.raises(RuntimeError):
        evaluated(path, solver(), problems=PROBLEMS[:1])
    monkeypatch.undo()
    again = solver()
    assert evaluated(path, again, problems=PROBLEMS[:1]).record.pass_at_k == {"1": 1.0}
    assert again.requests == []


async def _broken():
    raise RuntimeError


def test_a_role_is_evaluated_on_the_test_problems_of_the_last_round(path):
    asyncio.run(loop(path, "student.rounds=1").run())
    config, progress = load_config(assignments=(*QUIET, "gate.max_tokens=77")), Progress(total=0)

    def of(role, **options):
        return asyncio.run(evaluate_round(config, path, role, backends=backends(), **options)).record

    student, teacher = of("student"), of("teacher")
    assert (student.model, student.subject, student.round) == ("aiev-r001-0badcafe", "student", 1)
    assert (teacher.model, teacher.subject) == ("big", "teacher")
    assert teacher.items_hash == student.items_hash
    assert of("teacher", limit=1, model_name="other", progress=progress).items == 1
    assert progress.done == 1


def test_a_missing_or_empty_database_is_one_line(path):
    config = load_config(assignments=QUIET)
    with pytest.raises(Exception, match="no database"):
        asyncio.run(evaluate_round(config, path, "teacher", backends=backends()))
    assert not path.exists()
    StudentStore.open(path).close()
    with pytest.raises(UsageError, match="holds no accepted dialogue"):
        asyncio.run(evaluate_round(config, path, "teacher", backends=backends()))
