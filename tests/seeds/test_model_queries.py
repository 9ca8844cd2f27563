"""Questions to a model from outside of an event loop."""

import asyncio
import sqlite3
from contextlib import closing, suppress
from functools import partial

import pytest
from support.building import JUDGED, build, write_functions

from aiev.config.layers import load_config
from aiev.errors import AievError, SetupError
from aiev.seeds.model_queries import ModelQueries
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import ModelRefused, ModelUnavailable, RequestRejected
from aiev_agents.messages import Sampling
from aiev_agents.roles.judge import documentation_is_enough


def ask(queries, function):
    agent = queries.agent(Sampling(temperature=0.0))
    return documentation_is_enough(agent, function=function, seed=0, language="python")


@pytest.fixture
def queries(tmp_path):
    def queries(answer, workers=2):
        config = load_config(assignments=["model.backend=openai", f"run.workers={workers}"])
        return ModelQueries(config.settings, tmp_path / "journal.db", ScriptedChatModel(answer))

    return queries


def test_answers_come_in_the_order_of_the_questions_and_a_bounded_number_is_in_flight(queries):
    flying = most = 0

    async def question(number):
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0.01 * (5 - number))
        flying -= 1
        return number

    with queries(str) as model:
        assert model.answers([partial(question, number) for number in range(5)]) == list(range(5))
    assert most == 2


def test_without_questions_nothing_is_opened(queries, tmp_path):
    with queries(str) as model:
        assert model.answers([]) == []
    model.close()
    assert not (tmp_path / "journal.db").exists()


def test_a_model_that_refuses_every_question_is_an_error_in_its_words(queries):
    def refuse(_request):
        raise RequestRejected("400 unsupported: everything")

    async def question(model):
        with suppress(RequestRejected):
            await ask(model, "def f(): pass")

    with queries(refuse) as model, pytest.raises(SetupError, match="400 unsupported: everything"):
        model.answers([partial(question, model)] * 3)


def test_a_question_that_was_answered_is_not_asked_again(queries):
    asked = []

    def answer(request):
        asked.append(request)
        return "Yes."

    for _ in range(2):
        with queries(answer) as model:
            assert model.answers([partial(ask, model, words) for words in ("one", "two")]) == [True, True]
    assert len(asked) == 2


def test_a_model_that_is_gone_is_a_setup_error(queries):
    def answer(_request):
        raise ModelUnavailable("nobody answers at this address")

    with queries(answer) as model, pytest.raises(SetupError, match="nobody answers"):
        model.answers([partial(ask, model, "one")])


def test_a_model_that_refuses_ends_the_build_in_one_line_and_keeps_what_was_paid_for(tmp_path):
    write_functions(tmp_path)
    calls = []

    def answer(request):
        calls.append(request)
        if len(calls) > 2:
            raise ModelRefused("the key is not accepted")
        return "Yes"

    with pytest.raises(AievError, match="the key is not accepted"):
        build(tmp_path, ScriptedChatModel(answer), JUDGED, "run.workers=1")
    with closing(sqlite3.connect(tmp_path / "journal.db")) as db:
        assert db.execute("select purpose, count(*) from requests group by 1").fetchall() == [("judge/docstring", 2)]
    assert not (tmp_path / "out.jsonl").exists()
