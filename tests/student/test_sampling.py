from dataclasses import replace

import pytest
from support.evaluations import PROBLEMS, evaluated, open_context, solver
from support.talk import judge, reply

from aiev.student.evaluation import evaluation_record
from aiev.student.sampling import draw_sample, program_of, unanswered_requests
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import ReplyError, RequestRejected
from aiev_interpreter.backends.scripted import ScriptedInterpreter


@pytest.fixture
def path(tmp_path):
    return tmp_path / "t.db"


def test_the_problems_own_tests_judge_and_the_replys_own_do_not_run(path):
    interpreter = ScriptedInterpreter(judge)
    model = ScriptedChatModel(lambda _: reply("def add(a, b): ...", tests="assert True"))
    evaluated(path, model, problems=PROBLEMS[:1], interpreter=interpreter)
    (job,) = interpreter.jobs
    assert job.tests == "assert add(1, 2) == 3"
    assert "assert" not in job.program


def test_teacher_and_student_are_asked_alike(path):
    one, other = solver(name="big"), solver(name="small")
    evaluated(path, one)
    evaluated(path, other)
    asked = [{(request.turns, request.sampling) for request in model.requests} for model in (one, other)]
    assert asked[0] == asked[1]


def test_replies_without_a_program_or_without_text_are_failures_with_a_reason(path):
    def answer(request):
        number = request.turns[-1][1].rpartition("number ")[2]
        if number == "0.":
            raise RequestRejected("no text within max_tokens", answered=True)
        return "I do not know."

    done = evaluated(path, ScriptedChatModel(answer), problems=PROBLEMS[:2])
    assert [sample.verdict for sample in done.samples] == ["malformed", "malformed"]
    assert "no text within" in done.samples[0].detail
    assert "no ```python block" in done.samples[1].detail
    assert done.record.pass_at_k == {"1": 0.0}


async def test_the_requests_made_ahead_are_those_that_are_asked(path):
    model = solver()
    with open_context(path, model) as context:
        record = evaluation_record(context, PROBLEMS, subject="", benchmark="", round_number=0)
        wanted = [(problem, 0) for problem in PROBLEMS]
        await draw_sample(context, record, *wanted[0])
        await context.store.settle(context.store.position)
        pending = await unanswered_requests(context, record, wanted)
        for problem, number in wanted[1:]:
            await draw_sample(context, record, problem, number)
    assert [one.request.hash for one in pending] == [request.hash for request in model.requests[1:]]
    assert {one.conversation_id for one in pending} == {f"evaluation:{record.id}"}


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("```python\ndef f(x):\n    return x\n```", "def f(x):\n    '''Doc.'''\n\ndef f(x):\n    return x"),
        ("    return x", "def f(x):\n    '''Doc.'''\n\n    return x"),
    ],
)
def test_a_reply_completes_a_prefix_with_a_function_or_with_its_body(text, program):
    assert program_of(text, replace(PROBLEMS[0], prefix="def f(x):\n    '''Doc.'''\n")) == program


def test_a_reply_without_a_program_is_an_error():
    with pytest.raises(ReplyError):
        program_of("Sorry.", PROBLEMS[0])
