import json

import pytest
from support.batches import SEEDS, teach

from aiev.batch.requests import CapturingModel, RequestCapturedError, first_request, pending_questions, request_of
from aiev.config.layers import load_config
from aiev.store.reading.journal import JournalReader


async def test_a_request_survives_its_canonical_form(config):
    request = await first_request(config.settings, SEEDS[0])
    assert request_of(json.loads(json.dumps(request.canonical()))).hash == request.hash


async def test_a_capturing_model_sends_nothing_and_raises_the_request(config):
    request = await first_request(config.settings, SEEDS[0])
    with pytest.raises(RequestCapturedError) as captured:
        await CapturingModel("m").chat(request)
    assert captured.value.request is request


async def test_the_first_request_of_a_dialogue_is_the_one_that_a_run_makes(config, db):
    expected = {(await first_request(config.settings, seed)).hash for seed in SEEDS}
    result, _ = await teach(config, db)
    with JournalReader.open(db) as reader:
        assert all(reader.reply_for(name) for name in expected)
        assert await pending_questions(config.settings, SEEDS, result.run_id, reader.db) == ([], 6)
        pending, known = await pending_questions(config.settings, SEEDS, "other", reader.db)
    assert (pending, known) == ([], 6)


async def test_where_problems_are_given_the_first_request_is_the_programmers(provider, db):
    given = load_config(assignments=(*provider.settings(), "dialogue.ask=false"))
    requests = [await first_request(given.settings, seed) for seed in SEEDS]
    assert {request.purpose for request in requests} == {"programmer/solve"}
    await teach(given, db)
    with JournalReader.open(db) as reader:
        assert all(reader.reply_for(request.hash) for request in requests)
