"""Preference pairs of sampled programs, as `aiev prefer` leaves them: rows of a matrix, written through the store."""

import asyncio
from dataclasses import replace

from store.sample_records import RUN, SEED

from aiev.store.preference_records import GenerationRecord, MatrixRecord, PairRecord, ScoreRecord
from aiev.store.records import ConversationRecord, MessageRecord
from aiev.store.writing.store import Store

PREFER = replace(RUN, id="p1", recipe="codedpo", config={"prefer": {"scorer": "codet"}})
PROGRAMS = ("def f(x):\n    return x + {0}", "def f(x):\n    return x - {0}", "def f(x):\n    return {0} + 0 + x")
PAIRS = (
    PairRecord(0, "correctness", 0, 1, 0.75, "passes 100% against 25% of the weight"),
    PairRecord(1, "efficiency", 0, 2, 0.3, "saves 30% of the CPU time"),
)


def matrix(key, number, pairs=PAIRS):
    """Three programs with scores of two scorers."""
    programs = [
        GenerationRecord("program", position, "m-2", {"temperature": 1.5}, f"h{number}-{position}", text.format(number))
        for position, text in enumerate(PROGRAMS)
    ]
    scores = [
        ScoreRecord(scorer, {}, position, score)
        for scorer, found in (("codedpo", (9.0, 1.0, 8.0)), ("codet", (4.0, 0.5, 4.0)))
        for position, score in enumerate(found)
    ]
    return MatrixRecord(key, tuple(programs), (), (), tuple(scores), pairs)


def prefer(path, numbers, pairs=PAIRS, words=lambda number: f"Add {number} to x."):
    """Write a problem with three programs for each number."""

    async def fill(store):
        await store.add_run(PREFER)
        for number in numbers:
            key, seed = f"p{number:0>3}", replace(SEED, id=f"ps-{number}", content=f"def pair_seed_{number}(): pass")
            await store.add_seeds([seed])
            begun = ConversationRecord(key, PREFER.id, seed.id, "running", started_at="2026-01-02")
            await store.start_conversation(begun)
            await store.write_matrix(matrix(key, number, pairs))
            best = PROGRAMS[pairs[0].chosen].format(number)
            for position, (role, text) in enumerate(
                (("user", words(number)), ("assistant", f"```python\n{best}\n```"))
            ):
                await store.add_message(key, MessageRecord(position, role, text, train=False, round=position))
            told = {"problem": words(number), "program": best, "tests": "assert f(1)", "rounds": 1}
            await store.finish_conversation(replace(begun, status="accepted", finished_at="2026-01-02", **told), [1])

    with Store.open(path) as store:
        asyncio.run(fill(store))
    return path
