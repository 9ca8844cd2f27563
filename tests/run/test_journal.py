"""What was answered once is never asked again."""

import pytest
from store.sample_records import RUN, SEED, TALK
from support.talk import judge

from aiev.config.layers import load_config
from aiev.run.journal import JournaledInterpreter, JournaledModel, SuspendedError, journal_of
from aiev.run.prices import Prices
from aiev.run.progress import Progress
from aiev.store.reading.journal import JournalReader
from aiev.store.writing.store import Store
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import ModelUnavailable
from aiev_agents.messages import ChatReply, ChatRequest
from aiev_interpreter import ExecutionResult, Job, Verdict
from aiev_interpreter.backends.scripted import ScriptedInterpreter

REQUEST = ChatRequest(model="m", turns=(("user", "Hello"),), purpose="programmer/solve")


class Paid:
    """A model that counts its calls."""

    name = "m"

    def __init__(self, reply=None):
        self.calls = 0
        self._reply = reply or ChatReply("Hi", "m", prompt_tokens=3, completion_tokens=2)

    async def chat(self, request):
        self.calls += 1
        if isinstance(self._reply, Exception):
            raise self._reply
        return self._reply


@pytest.fixture
async def journaled(tmp_path):
    """Open a journaled model over one database; each call is another process, as it were."""
    store = Store.open(tmp_path / "j.db")
    await store.add_run(RUN)
    await store.add_seeds([SEED])
    await store.start_conversation(TALK)
    readers, progress = [], Progress(total=1)
    settings = load_config(assignments=("model.price_input=1", "model.price_output=1")).settings.model

    def opened(model, **options):
        reader = JournalReader.open(tmp_path / "j.db")
        readers.append(reader)
        wrapped = JournaledModel(
            model,
            store=store,
            journal=journal_of(reader),
            conversation_id=TALK.id,
            progress=progress,
            prices=Prices(settings),
            **options,
        )
        return wrapped, progress

    yield opened
    for reader in readers:
        reader.close()
    store.close()


async def test_a_reply_is_paid_for_once(journaled):
    first, second = Paid(), Paid()
    model, _ = journaled(first)
    assert (await model.chat(REQUEST)).content == "Hi"
    await model._store.settle(model._store.position)
    again, progress = journaled(second)
    assert (await again.chat(REQUEST)).content == "Hi"
    assert (first.calls, second.calls, progress.replayed) == (1, 0, 1)
    assert (again.prompt_tokens, again.completion_tokens) == (3, 2)


async def test_cost_is_counted_where_it_is_known(journaled):
    model, progress = journaled(Paid())
    await model.chat(REQUEST)
    assert model.cost == pytest.approx(5e-6)
    assert progress.all_cost == pytest.approx(5e-6)


async def test_a_reply_without_counted_tokens_has_no_known_cost(journaled):
    model, progress = journaled(Paid(ChatReply("Hi", "m", counted=False)))
    await model.chat(REQUEST)
    assert model.cost is None
    assert progress.unpriced == 1


async def test_a_stopping_run_sends_nothing_more(journaled):
    paid = Paid()
    model, _ = journaled(paid, stopping=lambda: True)
    with pytest.raises(SuspendedError):
        await model.chat(REQUEST)
    assert paid.calls == 0


async def test_unusable_replies_that_were_paid_for_are_counted(journaled):
    error = ModelUnavailable("empty replies")
    error.prompt_tokens, error.completion_tokens = 10, 1
    model, progress = journaled(Paid(error))
    with pytest.raises(ModelUnavailable):
        await model.chat(REQUEST)
    assert (model.prompt_tokens, model.completion_tokens, progress.read, progress.tokens) == (10, 1, 10, 1)


async def test_a_job_runs_once_in_a_conversation():
    inner = ScriptedInterpreter(judge)
    journal = type("Empty", (), {"execution_for": lambda _, __: None})()
    interpreter = JournaledInterpreter(inner, journal, "c1")
    job = Job("x", "y")
    assert await interpreter.execute(job) == await interpreter.execute(job)
    assert len(inner.jobs) == 1


async def test_a_sandbox_failure_is_not_remembered():
    infra = ExecutionResult(verdict=Verdict.INFRA, exit_code=None)
    good = ExecutionResult(verdict=Verdict.OK, exit_code=0, assertions=1)
    journal = type("Empty", (), {"execution_for": lambda _, __: None})()
    interpreter = JournaledInterpreter(ScriptedInterpreter([infra, good]), journal, "c1")
    assert (await interpreter.execute(Job("x", "y"))).verdict is Verdict.INFRA
    assert (await interpreter.execute(Job("x", "y"))).verdict is Verdict.OK


async def test_a_scripted_model_is_journaled_like_any_other(journaled):
    model, _ = journaled(ScriptedChatModel(lambda request: request.turns[-1][1].upper()))
    assert (await model.chat(REQUEST)).content == "HELLO"
