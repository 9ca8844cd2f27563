"""Preference pairs with a real sandbox and a scripted model."""

import re
import sqlite3
from contextlib import closing

import pytest
from support import backends
from support.kept import Kept

from aiev.config.layers import load_config
from aiev.errors import SetupError
from aiev.recipes.codedpo import Preferring
from aiev.recipes.prefer_runs import PreferringRuns
from aiev.seeds.snippet import FUNCTION, PROBLEM, Snippet
from aiev.store.reading.preference import PreferenceReader
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import ModelRefused

TEXT = "Write a function `total(values)` that takes a list of numbers and returns their sum."
RIGHT = "def total(values):\n    return sum(values)"
SLOW = (
    "def total(values):\n    found = 0\n    for place in range(len(values)):\n"
    "        found = sum(values[: place + 1])\n    return found"
)
WRONG = "def total(values):\n    return len(values)"
BROKEN = "def total(values)\n    return"
TESTS = "assert total([1, 2]) == 3\nassert total([]) == 0\nassert total([5]) == 5\nassert total([1, 1]) == 2"
SETS = {"prefer.programs": 4, "prefer.tests": 2, "run.workers": 1, "prefer.efficiency": "false"}


@pytest.fixture(scope="module")
def sandbox():
    with backends.opened("bubblewrap", run_id="prefer") as interpreter:
        yield Kept(interpreter)


def scripted(*programs, tests=(TESTS,), problem=TEXT, refuses_after=99):
    """A model that gives programs and tests in turn, over and over, until it refuses; it counts what it was asked."""
    turns = {"programmer/alternative": list(programs), "questioner/examine": list(tests)}
    asked = []

    def answered(request):
        asked.append(request.purpose)
        if len(asked) > refuses_after:
            raise ModelRefused("no")
        match request.purpose:
            case "aligner/concepts":
                return "sums, lists"
            case "aligner/instruct":
                return problem
        turn = turns[request.purpose]
        turn.append(turn.pop(0))
        return f"```python\n{turn[-1]}\n```"

    model = ScriptedChatModel(answered)
    model.asked = asked
    return model


@pytest.fixture
def prefer(sandbox, tmp_path):
    """Run over one problem; returns the result and the counts."""

    async def run(model, *, kind=PROBLEM, text=TEXT, **changes):
        config = load_config(assignments=tuple(f"{name}={value}" for name, value in (SETS | changes).items()))
        seeds = [Snippet(kind, text, path="p.jsonl").record()]
        result = await Preferring(config, seeds, tmp_path / "t.db").run(model=model, interpreter=sandbox)
        with PreferenceReader.open(tmp_path / "t.db") as reader:
            return result, reader.counts(result.run_id)

    return run


PAIRS = """
select x.text, y.text, p.rule from pairs p
  join generations g on g.conversation_id = p.conversation_id and g.kind = 'program' and g.position = p.chosen
  join generations h on h.conversation_id = p.conversation_id and h.kind = 'program' and h.position = p.rejected
  join blobs x on x.hash = g.text join blobs y on y.hash = h.text
"""
"""Texts of the pairs."""


@pytest.fixture
def rows(tmp_path):
    """Rows of a query over what was stored."""

    def query(sql):
        with closing(sqlite3.connect(tmp_path / "t.db")) as connection:
            return connection.execute(sql).fetchall()

    return query


async def test_right_programs_are_paired_with_wrong_ones_and_all_of_it_is_kept(prefer, rows):
    result, counts = await prefer(scripted(RIGHT, WRONG, BROKEN, RIGHT))
    assert result.progress.statuses == {"accepted": 1}
    assert counts.pairs == {"correctness": 1}
    assert counts.units == {"kept": 2, "repeated": 2}
    assert rows(PAIRS) == [(RIGHT, WRONG, "passes 100% against 56% of the weight")]
    assert rows("select count(*), count(distinct request_hash) from generations") == [(6, 6)]
    assert rows("select count(*) from cells where verdict = 'broken'") == [(4,)]
    assert rows("select count(*) from cells where verdict = 'passed' and cpu_seconds >= 0") == [(10,)]
    assert rows("select count(distinct scorer) from scores") == [(6,)]
    assert rows("select program from conversations") == [(RIGHT,)]


async def test_a_fast_program_is_paired_with_a_slow_one_of_equal_behaviour(prefer, rows):
    _, counts = await prefer(scripted(RIGHT, SLOW), **{"prefer.efficiency": "true", "prefer.programs": 2})
    assert counts.pairs == {"efficiency": 1}
    ((chosen, rejected, rule),) = rows(PAIRS)
    assert (chosen, rejected) == (RIGHT, SLOW)
    assert rows("select gap > 0.5 from pairs") == [(1,)]
    assert re.match(r"takes \S+ s against \S+ s \(\d+ x .+\)$", rule)


async def test_a_problem_is_made_from_concepts_and_takes_its_name_from_a_first_answer(prefer, rows):
    seed = 'def add(a, b):\n    """Return the sum."""\n    return a + b'
    text = "Write code that takes a list of numbers and returns their sum."
    model = scripted(RIGHT, WRONG, problem=text)
    _, counts = await prefer(model, kind=FUNCTION, text=seed)
    assert counts.paired == 1
    assert rows("select problem from conversations") == [(f"{text}\n\nThe function is called `total(values)`.",)]
    assert model.asked[:3] == ["aligner/concepts", "aligner/instruct", "programmer/alternative"]


@pytest.mark.parametrize(
    ("programs", "tests", "reason"),
    [
        ((RIGHT,), TESTS, "fewer than two programs"),
        ((RIGHT, WRONG), "", "no test unit"),
        ((RIGHT, SLOW), TESTS, "no test unit tells the programs apart"),
        ((RIGHT, WRONG), "assert True", "no test unit tells the programs apart"),
    ],
    ids=["one program", "no tests", "equal programs", "constant tests"],
)
async def test_a_problem_that_comes_to_no_pair_is_discarded_with_its_reason(prefer, rows, programs, tests, reason):
    result, counts = await prefer(scripted(*programs, tests=[tests]))
    assert result.progress.statuses == {"discarded": 1}
    assert counts.reasons == {reason: 1}
    assert counts.pairs == {}
    assert rows("select status from conversations") == [("discarded",)]


async def test_a_run_that_was_stopped_asks_only_for_the_rest(prefer):
    with pytest.raises(SetupError):
        await prefer(scripted(RIGHT, WRONG, refuses_after=3))
    model = scripted(RIGHT, WRONG)
    await prefer(model)
    assert len(model.asked) == 3


async def test_other_settings_take_replies_and_matrices_from_the_journal(prefer, sandbox, monkeypatch):
    await prefer(scripted(RIGHT, WRONG))
    monkeypatch.setattr(sandbox, "execute_matrix", None)
    model = scripted()
    _, counts = await prefer(model, **{"prefer.scorer": "codet"})
    assert (counts.paired, model.asked) == (1, [])


async def test_what_a_database_has_is_judged_without_a_model(prefer, sandbox, rows, tmp_path):
    await prefer(scripted(RIGHT, WRONG))
    with closing(sqlite3.connect(tmp_path / "t.db")) as connection, connection:
        for table in ("generations", "test_units", "cells", "scores", "pairs"):
            connection.execute(f"delete from {table}")  # noqa: S608 - the names above
    config = load_config(assignments=("prefer.efficiency=false",))
    for found in ({"accepted": 1}, {}):
        result = await PreferringRuns(config, tmp_path / "t.db").run(interpreter=sandbox)
        assert result.progress.statuses == found
    assert {pair[:2] for pair in rows(PAIRS)} == {(RIGHT, WRONG)}
    assert rows("select json_extract(decoding, '$.temperature') from generations limit 1") == [(1.5,)]
