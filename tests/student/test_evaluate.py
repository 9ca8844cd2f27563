"""Evaluations: scripted models and interpreter, real store."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from support.evaluations import PROBLEMS, evaluated, open_context, solver
from support.loop_parts import QUIET, backends, loop
from support.talk import GOOD, judge

from aiev.config.layers import load_config
from aiev.errors import SetupError, UsageError
from aiev.run.progress import Progress
from aiev.store.reading.student import StudentReader
from aiev.store.writing.student import StudentStore
from aiev.student.evaluate import evaluate, evaluate_round
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import ModelRefused, RequestGivenUp, RequestRejected, TextRejected
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


def refusing(*numbers, error=RequestRejected):
    """Solves all problems but these, which its endpoint refuses."""

    def answer(request):
        number = int(request.turns[-1][1].rpartition("number ")[2].rstrip("."))
        if number in numbers:
            raise error(f"400 no to number {number}")
        return GOOD

    return ScriptedChatModel(answer, name="m")


@pytest.mark.parametrize("error", [RequestRejected, TextRejected, RequestGivenUp])
def test_refused_requests_are_missing_named_and_asked_again_and_no_failures(path, error):
    partial = evaluated(path, refusing(1, 4, error=error))
    assert partial.record.pass_at_k == {"1": 1.0}
    assert (len(partial.samples), partial.missing) == (4, 2)
    assert partial.as_dict()["refused"] == {"p1": "400 no to number 1", "p4": "400 no to number 4"}
    again = refusing(1)
    assert evaluated(path, again).missing == 1
    assert len(again.requests) == 2
    whole = evaluated(path, solver(solves=lambda number: number != 1))
    assert (whole.missing, len(whole.samples), whole.record.pass_at_k["1"]) == (0, 6, 5 / 6)


def test_a_problem_that_lacks_samples_is_left_out_of_the_scores(path):
    seen = []

    def answer(request):
        seen.append(request)
        if len(seen) == 2:
            raise RequestRejected("400 once")
        return GOOD

    done = evaluated(
        path, ScriptedChatModel(answer), "gate.samples=2", "gate.temperature=0.2", "gate.k=[2]", "run.workers=1"
    )
    assert (done.missing, done.record.pass_at_k) == (1, {"1": 1.0, "2": 1.0})


@pytest.mark.parametrize("count", [1, 6])
def test_an_endpoint_that_refuses_every_request_gives_no_result(path, count):
    with pytest.raises(SetupError, match="400 no to number"):
        evaluated(path, refusing(*range(6)), problems=PROBLEMS[:count])


def test_many_refusals_and_no_answer_end_an_evaluation_early(path):
    many = [replace(PROBLEMS[0], id=f"q{number}") for number in range(50)]
    model = refusing(0)
    with pytest.raises(SetupError, match="refused the first 10 requests"):
        evaluated(path, model, "run.workers=1", problems=many)
    assert len(model.requests) == 10


def test_a_sample_that_an_earlier_version_made_of_a_refusal_is_asked_for_again(path):
    done = evaluated(path, solver())
    with closing(sqlite3.connect(path)) as db:
        db.execute("update evaluation_samples set verdict = 'rejected' where item = 'p2'")
        db.execute("delete from requests")
        db.commit()
    again = solver()
    assert evaluated(path, again).missing == 0
    assert len(again.requests) == 1
    with StudentReader.open(path) as reader:
        assert {sample.verdict for sample in reader.samples(done.record.id)} == {"ok"}


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
