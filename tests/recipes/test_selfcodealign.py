"""Self-alignment with a real sandbox and a scripted model."""

import asyncio
import json
import sqlite3
from contextlib import closing

import pytest
from support import backends
from support.kept import Kept
from support.loading import load_seeds

from aiev.config.layers import load_config
from aiev.dataset.export import export
from aiev.dataset.outputs import parse_output
from aiev.errors import SetupError
from aiev.recipes.selfcodealign import SelfAlignment
from aiev.store.reading.alignment import AlignmentReader
from aiev_agents.clients.scripted import ScriptedChatModel
from aiev_agents.errors import ModelRefused

INSTRUCTION = "Write a function `add(a, b)` that takes two numbers and returns their sum."
TESTS = "assert add(1, 2) == 3\nassert add(0, 5) == 5\nassert add(-1, 1) == 0"
RIGHT = "def add(a, b):\n    return a + b"
OTHER = "def add(a, b):\n    total = a\n    total += b\n    return total"
WRONG = "def add(a, b):\n    return a - b"


def response(program, tests=TESTS):
    return f"Add the numbers.\n\n```python\n{program}\n```\n\nUnit tests:\n```python\n{tests}\n```\n"


RESPONSES = (response(RIGHT), response(WRONG), response(OTHER), "I cannot do that.")


@pytest.fixture(scope="module")
def sandbox():
    with backends.opened("bubblewrap", run_id="align") as interpreter:
        yield Kept(interpreter)


def scripted(*responses, concepts="addition, numbers", instruction=INSTRUCTION, refuses_after=99):
    """A model that gives the responses in turn, over and over, until it refuses."""
    left, given = list(responses or RESPONSES), []

    def answered(request):
        match request.purpose:
            case "aligner/concepts":
                return concepts
            case "aligner/instruct" | "aligner/inspire":
                return instruction
            case "aligner/respond":
                if len(given) == refuses_after:
                    raise ModelRefused("no")
                given.append(left.pop(0))
                left.append(given[-1])
                return given[-1]
            case "programmer/alternative":
                return f"```python\n{OTHER}\n```"
            case _:
                return "Answer: undetermined"

    return ScriptedChatModel(answered)


@pytest.fixture
def align(sandbox, tmp_path):
    """Run over shipped seeds into one database; returns the result and the funnel."""

    async def run(model, *assignments, count=1):
        seeds = load_seeds([], limit=count).seeds
        config = load_config(
            assignments=("align.responses=4", "run.workers=1", "decontamination.benchmarks=[]", *assignments)
        )
        result = await SelfAlignment(config, seeds, tmp_path / "t.db").run(model=model, interpreter=sandbox)
        with AlignmentReader.open(tmp_path / "t.db") as reader:
            return result, reader.funnel(result.run_id)

    return run


@pytest.fixture
def rows(tmp_path):
    """Rows of a query over what was stored."""

    def query(sql):
        with closing(sqlite3.connect(tmp_path / "t.db")) as connection:
            return connection.execute(sql).fetchall()

    return query


async def test_a_pair_is_kept_with_its_evidence_and_all_of_its_candidates(align, rows):
    result, funnel = await align(scripted())
    assert result.progress.statuses == {"accepted": 1}
    assert (funnel.concepts, funnel.instructions, funnel.responses, funnel.passing) == (1, 1, 4, 2)
    assert (funnel.solved, funnel.easy, funnel.verified, funnel.kept) == (1, 0, 1, 1)
    assert funnel.malformed == {"no program": 1}
    (asked, _), (answer, train) = rows("select content, train from messages order by position")
    assert asked.startswith(INSTRUCTION)
    assert train == 1
    assert answer.startswith("Add the numbers.\n\n```python\ndef add")
    assert "assert" not in answer
    assert rows("select sum(chosen), count(*) from candidates") == [(1, 4)]
    assert rows("select verdict, assertions from executions") == [("ok", 3)]
    assert rows("select concepts, passing, learnability from instructions") == [('["addition","numbers"]', 2, 1.0)]


async def test_tests_are_shown_where_they_are_drawn_and_say_so(align, rows):
    await align(scripted(), "align.shown_tests=1")
    assert rows("select shows_tests from instructions") == [(1,)]
    ((asked,),) = rows("select content from messages where position = 0")
    assert "assert add(1, 2) == 3" in asked
    assert rows("select problem = content from conversations, messages where position = 0") == [(1,)]


async def test_where_none_passes_all_candidates_stay_and_the_reason_is_said(align, rows):
    result, funnel = await align(scripted(response(WRONG)))
    assert result.progress.statuses == {"discarded": 1}
    assert funnel.reasons == {"none of 4 responses passes": 1}
    assert rows("select verdict, count(*) from candidates group by 1") == [("error", 4)]
    assert rows("select content from messages") == [(INSTRUCTION,)]


async def test_where_all_pass_the_item_counts_as_easy(align):
    _, funnel = await align(scripted(response(RIGHT), response(OTHER)))
    assert (funnel.easy, funnel.passing) == (1, 4)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ({"concepts": "  "}, "no concepts"),
        ({"instruction": " "}, "no instruction"),
    ],
)
async def test_an_item_that_comes_to_nothing_asks_no_further(align, script, reason):
    model = scripted(**script)
    _, funnel = await align(model)
    assert funnel.reasons == {reason: 1}
    assert "aligner/respond" not in {request.purpose for request in model.requests}


async def test_without_concepts_the_instruction_comes_from_the_snippet(align):
    model = scripted()
    _, funnel = await align(model, "align.concepts=false")
    assert {request.purpose for request in model.requests} >= {"aligner/inspire", "aligner/respond"}
    assert "aligner/concepts" not in {request.purpose for request in model.requests}
    assert (funnel.concepts, funnel.kept) == (0, 1)


@pytest.mark.parametrize(("pick", "program"), [("failing", WRONG), ("best", None)])
async def test_other_picks_keep_what_they_say(align, rows, pick, program):
    _, funnel = await align(scripted(), f"align.pick={pick}")
    assert funnel.kept == 1
    ((kept,),) = rows("select program from conversations")
    assert kept.strip() in ([program] if program else [RIGHT, OTHER])
    assert rows("select train from messages where role = 'assistant'") == [(1,)]


async def test_repeated_instructions_are_sanitised_and_stay_with_their_reason(align, rows):
    result, funnel = await align(scripted(), count=3)
    assert result.progress.statuses == {"accepted": 3}
    assert funnel.kept == 1
    assert funnel.reasons == {"sanitised: duplicate instruction": 2}
    assert rows("select dropped, count(*) from instructions group by 1") == [("", 1), ("duplicate instruction", 2)]


async def test_a_run_resumes_and_pays_for_nothing_twice(align):
    refusing, again = scripted(refuses_after=2), scripted()
    with pytest.raises(SetupError):
        await align(refusing)
    result, funnel = await align(again)
    assert funnel.kept == 1
    assert result.progress.replayed == 4
    answered = {request.hash for request in refusing.requests[:4]}
    assert not answered & {request.hash for request in again.requests}


async def test_a_pair_is_exported_with_what_it_was_made_from(align, tmp_path):
    await align(scripted())
    settings = load_config(assignments=("split.test_share=0", "decontamination.benchmarks=[]")).settings
    outputs = [parse_output("self-oss-instruct"), parse_output("prompt-completion")]
    await asyncio.to_thread(export, tmp_path / "t.db", tmp_path / "out", outputs, settings)
    (row,) = map(json.loads, (tmp_path / "out/self-oss-instruct/train.jsonl").read_text().splitlines())
    assert row["concepts"] == ["addition", "numbers"]
    assert row["instruction"].startswith(INSTRUCTION)
    assert row["response"].startswith("Add the numbers.")
    assert "def " in row["seed"]
    assert {row["category"]} <= {"function", "class", "program"}
    (row,) = map(json.loads, (tmp_path / "out/prompt-completion/train.jsonl").read_text().splitlines())
    assert len(row["prompt"]) == len(row["completion"]) == 1
    assert row["difficulty"] in {"easy", "medium", "hard"}
