"""Evidence for dialogues that exist, with a real sandbox and a scripted model."""

import sqlite3
from contextlib import closing

import pytest
from support import backends
from support.kept import Kept
from support.loading import load_seeds
from support.talk import PROBLEM, reply

from aiev.config.layers import load_config
from aiev.recipes.teach import Teaching
from aiev.recipes.verify import Verification
from aiev.store.reading.evidence import EvidenceReader
from aiev_agents.clients.scripted import ScriptedChatModel

QUIET = ("questioner.constraint=off", "programmer.constraint=off", "dialogue.show_failed=true", "run.workers=1")
ADD = "def add(a, b):\n    return a + b\n"
OTHER = "def add(a, b):\n    total = a\n    total += b\n    return total\n"
SUB = "def add(a, b):\n    return a - b\n"
TESTS = "assert add(1, 2) == 3\nassert add(0, 5) == 5\nassert add(-1, 1) == 0"


@pytest.fixture(scope="module")
def sandbox():
    with backends.opened("bubblewrap", run_id="verify") as interpreter:
        yield Kept(interpreter)


def model(*replies, answer="Answer: undetermined"):
    """Replies of the programmer in turn, the last one for ever; solutions that are right."""
    left, solutions = list(replies), [ADD, OTHER, OTHER, OTHER]

    def answered(request):
        match request.purpose:
            case "questioner/ask":
                return PROBLEM
            case "questioner/describe":
                return "The sum is wrong."
            case "questioner/arbitrate":
                return answer
            case "questioner/examine":
                return "```python\nassert add(10, 20) == 30\n```"
            case "programmer/alternative":
                return f"```python\n{solutions.pop(0) if len(solutions) > 1 else solutions[0]}\n```"
            case _:
                return left.pop(0) if len(left) > 1 else left[0]

    return ScriptedChatModel(answered)


@pytest.fixture
def taught(sandbox, tmp_path):
    """Make dialogues under the policy `tests`."""

    async def run(*replies, count=1, assignments=("accept.policy=tests",)):
        seeds = load_seeds([], limit=count).seeds
        config = load_config(assignments=("accept.suites=1", *assignments, *QUIET))
        return await Teaching(config, seeds, tmp_path / "t.db").run(model=model(*replies), interpreter=sandbox)

    return run


@pytest.fixture
def verify(sandbox, tmp_path):
    """Gather evidence; returns the result and the model."""

    async def run(*assignments, again=False, answer="Answer: undetermined"):
        asked = model(answer=answer)
        config = load_config(assignments=("accept.suites=1", *QUIET, *assignments))
        verification = Verification(config, tmp_path / "t.db", again=again)
        return await verification.run(model=asked, interpreter=sandbox), asked

    return run


def evidence(path):
    with EvidenceReader.open(path / "t.db") as reader:
        return [reader.evidence(one.id) for one in reader.passed(again=True)]


def statuses(path):
    with closing(sqlite3.connect(path / "t.db")) as db:
        return [status for (status,) in db.execute("select status from conversations")]


async def test_an_accepted_dialogue_gets_evidence_once(taught, verify, tmp_path):
    await taught(reply(ADD, TESTS))
    result, asked = await verify()
    assert result.progress.statuses == {"verified": 1}
    (found,) = evidence(tmp_path)
    assert (found.status, found.agreement, found.round) == ("verified", "confirmed", 1)
    assert len(asked.requests) == 4
    result, asked = await verify()
    assert (result.progress.statuses, asked.requests) == ({}, [])


async def test_what_was_paid_for_is_not_paid_for_again(taught, verify, tmp_path):
    await taught(reply(ADD, TESTS))
    await verify()
    result, asked = await verify(again=True)
    assert result.progress.statuses == {"verified": 1}
    assert asked.requests == []


async def test_tests_that_a_repair_bent_are_put_before_the_arbiter(taught, verify, tmp_path):
    bent = "assert add(1, 2) == -1\nassert add(0, 5) == -5\nassert add(3, 1) == 2"
    await taught(reply(SUB, "assert add(1, 2) == 3\nassert add(3, 1) == 4"), reply(SUB, bent))
    assert statuses(tmp_path) == ["accepted"]
    result, _ = await verify(answer="One and two are three.\nAnswer: 3")
    assert result.progress.statuses == {"contradicted": 1}
    (found,) = evidence(tmp_path)
    assert found.detail["failed"]
    assert statuses(tmp_path) == ["accepted"]  # what may be trained on is the rule of evidence


async def test_an_unverified_dialogue_that_is_verified_later_becomes_accepted(taught, verify, tmp_path):
    weak = "assert add(3, 0) == 3\nassert add(2, 0) == 2"
    await taught(reply(ADD, weak), assignments=("accept.mutation_score=1",))
    assert statuses(tmp_path) == ["discarded"]
    await verify("accept.mutation_score=0", again=True)
    assert statuses(tmp_path) == ["accepted"]


async def test_dialogues_that_never_passed_are_left_alone(taught, verify, tmp_path):
    await taught(reply(SUB, TESTS))
    result, asked = await verify()
    assert (result.progress.total, asked.requests) == (0, [])


async def test_a_limit_stops_between_dialogues_and_the_next_start_goes_on(taught, verify, tmp_path):
    await taught(reply(ADD, TESTS), count=3)
    first, _ = await verify("run.limit=1")
    assert first.progress.statuses == {"verified": 1}
    second, _ = await verify()
    assert second.progress.statuses == {"verified": 2}
