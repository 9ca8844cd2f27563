"""A recorder over a real store."""

from collections import Counter

import pytest
from store.sample_records import RUN, SEED, TALK

from aiev.dialogue.execution import execution_result, job_hash
from aiev.dialogue.recorder import DialogueRecorder
from aiev.store.reading.conversations import ConversationReader
from aiev.store.writing.store import Store
from aiev_agents.messages import Message, Role
from aiev_interpreter import ExecutionResult, Job, Verdict

FAILED = ExecutionResult(verdict=Verdict.ERROR, exit_code=1, stderr="AssertionError")
PASSED = ExecutionResult(verdict=Verdict.OK, exit_code=0, stdout="fine", assertions=2)
COST = {"seconds": 1.5, "prompt_tokens": 7, "completion_tokens": 3, "cost": None}


def job(program):
    return Job(program=program, tests="assert f()")


@pytest.fixture
async def recorder(tmp_path):
    """A recorder of the sample conversation, and what came of it once `stored` is called."""
    store, verdicts = Store.open(tmp_path / "r.db"), Counter()
    await store.add_run(RUN)
    await store.add_seeds([SEED])

    class Recording(DialogueRecorder):
        counted = verdicts

        def stored(self):
            store.close()
            with ConversationReader.open(tmp_path / "r.db") as reader:
                return reader.conversation(TALK.id), reader.executions(TALK.id)

    recording = Recording(store, TALK, name_of=lambda one: job_hash(one, "image") if one else "", verdicts=verdicts)
    await recording.start()
    yield recording
    store.close()


async def say(recorder, role, content, number):
    await recorder.message(Message(role=role, content=content, agent="a"), round_number=number)


async def repaired(recorder):
    """A dialogue whose second program passes."""
    await say(recorder, Role.USER, "Write f.", 0)
    await say(recorder, Role.ASSISTANT, "one", 1)
    await recorder.execution(1, job("one"), FAILED)
    await say(recorder, Role.INTERPRETER, "AssertionError", 1)
    await say(recorder, Role.USER, "It fails.", 1)
    await say(recorder, Role.ASSISTANT, "two", 2)
    await recorder.execution(2, job("two"), PASSED)
    await say(recorder, Role.INTERPRETER, "fine", 2)


async def test_the_loss_covers_the_reply_that_passed_and_no_other(recorder):
    await repaired(recorder)
    await recorder.finish("accepted", "", **COST)
    conversation, _ = recorder.stored()
    assert [message.content for message in conversation.messages if message.train] == ["two"]


async def test_the_conversation_ends_with_problem_program_and_cost(recorder):
    await repaired(recorder)
    ended = await recorder.finish("accepted", "", **COST)
    conversation, executions = recorder.stored()
    assert (conversation.problem, conversation.program, conversation.tests) == ("Write f.", "two", "assert f()")
    assert (conversation.rounds, conversation.prompt_tokens, conversation.cost) == (2, 7, None)
    assert ended.finished_at == conversation.finished_at != ""
    assert [execution.verdict for execution in executions] == ["error", "ok"]


async def test_a_round_without_a_program_is_malformed_and_counts(recorder):
    await say(recorder, Role.USER, "Write f.", 0)
    await say(recorder, Role.ASSISTANT, "I cannot.", 1)
    await recorder.execution(1, None, FAILED)
    await recorder.finish("discarded", "malformed after 1 round", **COST)
    conversation, (execution,) = recorder.stored()
    assert (execution.verdict, execution.job_hash, execution.program) == ("malformed", "", "")
    assert (conversation.rounds, conversation.program) == (1, "")
    assert recorder.counted == {"malformed": 1}


async def test_a_conversation_that_begins_anew_forgets_its_messages(recorder):
    await repaired(recorder)
    await recorder.start()
    conversation, executions = recorder.stored()
    assert (conversation.status, conversation.messages) == ("running", ())
    assert len(executions) == 2, "executions are part of the journal"


async def test_a_stored_round_gives_the_result_that_it_came_from(recorder):
    await repaired(recorder)
    _, executions = recorder.stored()
    assert [execution_result(execution) for execution in executions] == [FAILED, PASSED]


def test_a_job_is_named_by_what_runs_and_where():
    names = {job_hash(one, image) for one in (job("a"), job("b")) for image in ("x", "y")}
    assert len(names) == 4
    assert job_hash(job("a"), "x") == job_hash(job("a"), "x")
