"""What observers get of a model and an interpreter, and that neither is changed by it."""

from contextlib import contextmanager

import pytest

from aiev.store.records import ConversationRecord
from aiev.telemetry.observed import ObservedInterpreter, ObservedModel
from aiev.telemetry.operations import DialogueOperation, Observer, Observers
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import ModelRefused
from aiev_agents.messages import ChatRequest
from aiev_interpreter.backends.scripted import ScriptedInterpreter
from aiev_interpreter.protocol import ExecutionResult, Job, Limits, Verdict

REQUEST = ChatRequest(model="m", turns=(("user", "Hello"),))


class Seen(Observer):
    """Keeps operations, and how each ended."""

    def __init__(self):
        self.ended = []

    @contextmanager
    def observe(self, operation):
        try:
            yield
        except Exception as error:
            self.ended.append((operation, type(error).__name__))
            raise
        self.ended.append((operation, ""))


@pytest.fixture
def seen():
    return Seen()


async def test_a_request_is_observed_with_its_reply_and_its_conversation(seen):
    observers = Observers(seen)
    model = ObservedModel(ScriptedChatModel(["Hi"]), observers, "http://a/v1")
    talk = ConversationRecord("c1", "r1", "s1", "running")
    with observers.observe(DialogueOperation(talk, "python")):
        reply = await model.chat(REQUEST)
    operation, error = seen.ended[0]
    assert (operation.reply, operation.conversation_id, operation.address, error) == (reply, "c1", "http://a/v1", "")
    assert reply.content == "Hi"


async def test_an_error_is_observed_and_comes_through(seen):
    def refuse(_request):
        raise ModelRefused("no")

    with pytest.raises(ModelRefused):
        await ObservedModel(ScriptedChatModel(refuse), Observers(seen)).chat(REQUEST)
    operation, error = seen.ended[0]
    assert (operation.reply, operation.conversation_id, error) == (None, "", "ModelRefused")


async def test_an_execution_is_observed_with_its_result(seen):
    interpreter = ObservedInterpreter(ScriptedInterpreter(lambda _: ExecutionResult(Verdict.OK, 0)), Observers(seen))
    job = Job(program="x = 1", tests="assert x", language="python", requirements=(), limits=Limits())
    result = await interpreter.execute(job, owner="c1")
    assert seen.ended[0][0].result is result
    assert result.verdict is Verdict.OK


def test_observers_are_false_when_there_are_none_and_have_the_callbacks_of_all(seen):
    class Following(Seen):
        callbacks = ("one", "two")

    assert not Observers()
    assert Observers(seen)
    assert Observers(seen, Following(), Following()).callbacks == ["one", "two", "one", "two"]
