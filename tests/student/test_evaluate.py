"""Evaluations and the gate's recipe: scripted models and interpreter, real store."""

import asyncio
from contextlib import contextmanager
from dataclasses import replace

import pytest
from support.talk import BAD, GOOD, reply

from aiev.config.layers import load_config
from aiev.errors import ConfigError, SetupError, UsageError
from aiev.run.progress import Progress
from aiev.store.reading.student import StudentReader
from aiev.store.writing.student import StudentStore
from aiev.student.comparison import GateRules, Reason
from aiev.student.evaluate import REJECTED, Room, evaluate, program_of
from aiev.student.gate import gate_rules, judge, judge_and_keep, newest
from aiev.student.problems import Problem
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import ModelRefused, ReplyError, RequestRejected
from aiev_interpreter import ExecutionResult, Verdict
from aiev_interpreter.backends.scripted import ScriptedInterpreter

PROBLEMS = [
    Problem(f"p{number}", f"Write `add(a, b)`, number {number}.", "assert add(1, 2) == 3") for number in range(6)
]
QUIET = ("questioner.constraint=off", "programmer.constraint=off", "gate.min_items=1")


def judged(job):
    verdict = Verdict.ERROR if "# bad" in job.program else Verdict.OK
    return ExecutionResult(verdict=verdict, exit_code=0, assertions=1, detail="scripted")


@contextmanager
def room(path, model, *assignments, interpreter=None):
    with StudentStore.open(path) as store, StudentReader.open(path) as reader:
        settings = load_config(assignments=(*QUIET, *assignments)).settings
        yield Room(store, reader, model, interpreter or ScriptedInterpreter(judged), settings, Progress(total=0))


def solver(*, name="m", solves=lambda _number: True):
    """Solves the problems whose number it likes."""

    def answer(request):
        number = int(request.turns[-1][1].rpartition("number ")[2].rstrip("."))
        return GOOD if solves(number) else BAD

    return ScriptedChatModel(answer, name=name)


def sat(path, model, *assignments, problems=PROBLEMS, interpreter=None, **where):
    with room(path, model, *assignments, interpreter=interpreter) as place:
        return asyncio.run(evaluate(place, problems, **where))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "t.db"


def test_the_problems_own_tests_judge_and_the_replys_own_do_not_run(path):
    interpreter = ScriptedInterpreter(judged)
    model = ScriptedChatModel(lambda _: reply("def add(a, b): ...", tests="assert True"))
    sat(path, model, problems=PROBLEMS[:1], interpreter=interpreter)
    (job,) = interpreter.jobs
    assert job.tests == "assert add(1, 2) == 3"
    assert "assert" not in job.program


def test_results_come_per_item_and_pass_at_k_from_all_samples(path):
    model = solver(solves=lambda number: number < 3)
    done = sat(path, model, "gate.samples=2", "gate.temperature=0.2", "gate.k=[1,2]", subject="teacher")
    assert len(done.samples) == 12
    assert done.record.pass_at_k == {"1": 0.5, "2": 0.5}
    assert {sample.verdict for sample in done.samples if sample.item == "p5"} == {"error"}
    seeds = {request.sampling.seed for request in model.requests}
    assert len(seeds) == 12


def test_teacher_and_student_are_asked_alike(path):
    one, other = solver(name="big"), solver(name="small")
    sat(path, one)
    sat(path, other)
    asked = [{(request.turns, request.sampling) for request in model.requests} for model in (one, other)]
    assert asked[0] == asked[1]


def test_what_was_sat_is_not_sat_again(path):
    first = sat(path, solver())
    again = solver()
    assert sat(path, again) == first
    assert again.requests == []


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
        sat(path, model, "run.workers=1")
    again, interpreter = solver(), ScriptedInterpreter(judged)
    done = sat(path, again, "run.workers=1", interpreter=interpreter)
    assert (len(again.requests), len(interpreter.jobs), len(done.samples)) == (3, 3, 6)
    assert done.record.finished_at


def test_a_reply_that_was_paid_for_survives_a_sandbox_that_failed(path, monkeypatch):
    monkeypatch.setattr("aiev.dialogue.execution.PAUSES_SECONDS", ())
    monkeypatch.setattr("aiev.student.evaluate.run_until_real", lambda interpreter, job: _broken())
    with pytest.raises(RuntimeError):
        sat(path, solver(), problems=PROBLEMS[:1])
    monkeypatch.undo()
    again = solver()
    assert sat(path, again, problems=PROBLEMS[:1]).record.pass_at_k == {"1": 1.0}
    assert again.requests == []


async def _broken():
    raise RuntimeError


def test_replies_without_a_program_and_rejected_problems_are_failures_with_a_reason(path):
    def answer(request):
        number = request.turns[-1][1].rpartition("number ")[2]
        if number == "0.":
            raise RequestRejected("too long for the model")
        return "I do not know."

    done = sat(path, ScriptedChatModel(answer), problems=PROBLEMS[:2])
    assert [sample.verdict for sample in done.samples] == [REJECTED, "malformed"]
    assert "too long" in done.samples[0].detail
    assert "no ```python block" in done.samples[1].detail
    assert done.record.pass_at_k == {"1": 0.0}


@pytest.mark.parametrize(
    ("assignments", "words"),
    [
        (("gate.k=[2]",), r"gate\.k = 2"),
        (("gate.samples=3",), r"gate\.temperature = 0"),
    ],
)
def test_settings_that_do_not_fit_each_other_are_refused(path, assignments, words):
    with pytest.raises(ConfigError, match=words):
        sat(path, solver(), *assignments)


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("```python\ndef f(x):\n    return x\n```", "def f(x):\n    '''Doc.'''\n\ndef f(x):\n    return x"),
        ("    return x", "def f(x):\n    '''Doc.'''\n\n    return x"),
    ],
)
def test_a_reply_completes_a_prefix_with_a_function_or_with_its_body(text, program):
    assert program_of(text, replace(PROBLEMS[0], prefix="def f(x):\n    '''Doc.'''\n")) == program


def test_no_program_is_an_error_of_the_reply():
    with pytest.raises(ReplyError):
        program_of("Sorry.", PROBLEMS[0])


def pair(path, teacher, student, problems=PROBLEMS):
    return (
        sat(path, solver(name="big", solves=teacher), subject="teacher", problems=problems),
        sat(path, solver(name="small", solves=student), subject="student", problems=problems),
    )


def test_a_decision_is_kept_with_items_evidence_and_both_evaluations(path):
    teacher, student = pair(path, lambda _: False, lambda _: True)
    with room(path, solver()) as place:
        one = asyncio.run(judge_and_keep(place.store, place.reader, teacher, student, gate_rules(place.settings)))
        two = asyncio.run(judge_and_keep(place.store, place.reader, teacher, student, gate_rules(place.settings)))
        assert place.reader.gates() == [one.record] == [two.record]
        assert len(place.reader.gate_items(one.record.id)) == 6
        assert newest(place.reader, "student").id == one.record.student_evaluation
    assert one.record.opens
    assert one.record.evidence["p_value"] == pytest.approx(1 / 64)
    assert (one.record.teacher, one.record.student) == ("big", "small")


def test_the_reverse_stays_shut(path):
    teacher, student = pair(path, lambda _: True, lambda _: False)
    decision = judge(teacher, student, GateRules(min_items=1))
    assert (decision.record.opens, decision.record.reason) == (False, Reason.NOT_HIGHER)


def test_the_students_own_tests_count_only_where_the_teachers_solution_passes_them(path):
    teacher, student = pair(path, lambda number: number < 2, lambda _: True)
    alone = judge(teacher, student, GateRules(min_items=1))
    checked = judge(teacher, student, GateRules(min_items=1), self_made={f"p{number}" for number in range(6)})
    assert (alone.record.evidence["items"], alone.set_aside) == (6, 0)
    assert (checked.record.evidence["items"], checked.set_aside) == (2, 4)
    assert not checked.record.opens


def test_models_that_sat_different_problems_are_not_compared(path):
    teacher = sat(path, solver(name="big"), subject="teacher", problems=PROBLEMS[:3])
    student = sat(path, solver(name="small"), subject="student")
    with pytest.raises(UsageError, match="sat different problems"):
        judge(teacher, student, GateRules())


def test_a_missing_evaluation_names_the_command(path):
    with room(path, solver()) as place, pytest.raises(UsageError, match=r"aiev evaluate .* --role teacher"):
        newest(place.reader, "teacher")
