"""Limits of a run: they stop it cleanly, are stored, and a larger one goes on."""

import pytest
from support.loading import load_seeds
from support.talk import GOOD, judge, scripted_model

from aiev.config.layers import load_config
from aiev.errors import ConfigError
from aiev.recipes.teach import Teaching
from aiev.store.reading.conversations import ConversationReader
from aiev.store.reading.listing import Filters
from aiev.store.reading.runs import RunReader
from aiev.view.documents import run_documents
from aiev.view.terminal.run_summary import RunSummary
from aiev_agents.messages import ChatReply
from aiev_interpreter.backends.scripted import ScriptedInterpreter

PRICED = ("model.price_input=1.0", "model.price_output=10.0")
DIALOGUE_TOKENS, DIALOGUE_COST = 220, 2 * (100 * 1 + 10 * 10) / 1e6


def counted_model(**changes):
    """Each reply reads 100 tokens and writes 10; a dialogue takes two."""
    model = scripted_model(GOOD)
    answer = model.chat

    async def chat(request):
        reply = await answer(request)
        values = {"prompt_tokens": 100, "completion_tokens": 10} | changes
        return ChatReply(content=reply.content, model="m", **values)

    model.chat = chat
    return model


@pytest.fixture
def teach(tmp_path):
    async def run(*assignments, count=20, model=None, workers=4):
        plain = (
            "accept.policy=tests",
            "questioner.constraint=off",
            "programmer.constraint=off",
            f"run.workers={workers}",
        )
        config = load_config(assignments=(*plain, *assignments))
        teaching = Teaching(config, load_seeds([], limit=count).seeds, tmp_path / "t.db")
        return await teaching.run(model=model or counted_model(), interpreter=ScriptedInterpreter(judge))

    return run


def stored(tmp_path):
    with RunReader.open(tmp_path / "t.db") as reader:
        run = reader.runs()[0]
        return reader.starts(run.id), reader.counts(run.id).statuses, reader.spent(run.id)


@pytest.mark.parametrize("workers", [1, 4, 16])
async def test_the_number_of_accepted_dialogues_is_met_exactly_and_a_larger_limit_goes_on(teach, tmp_path, workers):
    first = await teach("limits.max_accepted=7", workers=workers)
    assert first.progress.statuses == {"accepted": 7}
    assert first.progress.stopped == "--max-accepted 7 is reached"
    starts, statuses, _ = stored(tmp_path)
    assert statuses == {"accepted": 7}
    assert [(start.outcome, start.reason) for start in starts] == [("limit", "--max-accepted 7 is reached")]
    again = await teach("limits.max_accepted=7", workers=workers)
    assert again.progress.done == 0
    more = await teach("limits.max_accepted=12", workers=workers)
    assert (more.progress.already, more.progress.statuses["accepted"]) == (7, 5)
    assert stored(tmp_path)[1] == {"accepted": 12}


@pytest.mark.parametrize(
    ("name", "limit", "each"), [("max_tokens", 10 * DIALOGUE_TOKENS, 220), ("max_cost", 10 * DIALOGUE_COST, 0.0004)]
)
async def test_tokens_and_money_stop_a_run_that_finishes_what_it_has_begun(teach, tmp_path, name, limit, each):
    result = await teach(*PRICED, f"limits.{name}={limit}", count=30)
    assert "is reached" in result.progress.stopped
    starts, statuses, spent = stored(tmp_path)
    assert set(statuses) == {"accepted"}
    assert 6 <= statuses["accepted"] <= 12
    assert {"max_tokens": spent.tokens, "max_cost": spent.cost}[name] == pytest.approx(statuses["accepted"] * each)
    assert starts[0].outcome == "limit"
    more = await teach(*PRICED, f"limits.{name}={2 * limit}", count=30)
    assert more.run_id == result.run_id
    assert more.progress.statuses["accepted"] >= 6


async def test_time_stops_a_run_that_finishes_what_it_has_begun(teach, tmp_path):
    result = await teach("limits.max_seconds=0.000001")
    assert result.progress.stopped.startswith("--max-time")
    assert result.progress.suspended == 0


async def test_a_limit_that_is_not_reached_leaves_no_trace(teach, tmp_path):
    result = await teach(*PRICED, "limits.max_cost=100", "limits.max_accepted=100", count=5)
    assert (result.progress.statuses, result.progress.stopped) == ({"accepted": 5}, "")
    assert stored(tmp_path)[0][0].outcome == "done"


async def test_a_limit_of_cost_needs_prices(teach):
    with pytest.raises(ConfigError, match=r"no price is known for .*model.price_input"):
        await teach("limits.max_cost=1")


async def test_a_reply_without_count_stops_a_run_whose_cost_is_limited(teach):
    result = await teach(*PRICED, "limits.max_cost=1", model=counted_model(counted=False))
    assert "cannot be enforced" in result.progress.stopped


async def test_cost_is_stored_with_replies_dialogues_and_runs_and_shown(teach, tmp_path):
    result = await teach(*PRICED, count=3)
    with ConversationReader.open(tmp_path / "t.db") as reader:
        row = reader.conversations(Filters())[0]
        assert reader.conversation(row.id).cost == pytest.approx(DIALOGUE_COST)
        assert [request.cost for request in reader.requests(row.id)] == [pytest.approx(0.0002)] * 2
        assert all(request.answered_at for request in reader.requests(row.id))
        (stats,) = run_documents(RunReader(reader.db))
    assert stats["cost"]["so_far"] == pytest.approx(3 * DIALOGUE_COST)
    assert stats["cost"]["per_accepted"] == pytest.approx(DIALOGUE_COST)
    summary = RunSummary(result, tmp_path / "t.db", "", interrupted=False).as_dict()
    assert summary["cost"]["so_far"] == pytest.approx(3 * DIALOGUE_COST)
    assert summary["tokens"] == {"read": 600, "cached": 0, "written": 60, "run": 660}


async def test_a_price_that_nobody_knows_is_unknown_and_never_nothing(teach, tmp_path):
    result = await teach(count=3)
    with ConversationReader.open(tmp_path / "t.db") as reader:
        (stats,) = run_documents(RunReader(reader.db))
        row = reader.conversations(Filters())[0]
        assert reader.conversation(row.id).cost is None
    assert stats["cost"]["so_far"] is None
    assert stats["cost"]["replies_without_price"] == 6
    assert RunSummary(result, tmp_path / "t.db", "", interrupted=False).as_dict()["cost"]["so_far"] is None
