import pytest

from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.messages import Sampling
from aiev_agents.roles.agent import Agent
from aiev_agents.roles.arbiter import Answer, arbitrate, read_answer


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Both are even.\nAnswer: [2, 4]", "[2, 4]"),
        ("Answer: 'a'.", "'a'"),
        ("**Answer:** `3`", "3"),
        ("Answer:\n```python\n[1]\n```", "[1]"),
        ("answer: Undetermined", "undetermined"),
        ('Answer: "error"', "error"),
        ("Answer: 1\nNo, once more.\nAnswer: 2", "2"),
        ("It gives 3.", "undetermined"),
        ("Answer:", "undetermined"),
        ("", "undetermined"),
    ],
)
def test_the_last_answer_line_counts(text, value):
    assert read_answer(text).value == value


def test_what_stands_above_the_answer_is_its_reason():
    assert read_answer("Both are even.\nAnswer: [2, 4]") == Answer("[2, 4]", "Both are even.")


async def test_the_arbiter_sees_the_problem_and_the_call_alone():
    model = ScriptedChatModel(["Three times two.\nAnswer: 6"])
    agent = Agent(model, Sampling(temperature=0.5))
    answer = await arbitrate(agent, problem="Triple x.", call="triple(2)", seed=7)
    assert answer == Answer("6", "Three times two.")
    (request,) = model.requests
    assert request.turns[-1] == ("user", "Exercise:\nTriple x.\n\nCall:\ntriple(2)")
    assert (request.sampling.seed, request.purpose) == (7, "questioner/arbitrate")
