import asyncio
import random
from dataclasses import replace

import pytest
from store.sample_records import SEED, TALK
from support.dialogues import EVERY_KIND, write
from support.exports import ALL, contents

from aiev.errors import StoreError, UsageError
from aiev.store.writing.store import Store


def test_the_same_dialogues_give_the_same_bytes(tmp_path, exported):
    exported(*ALL, settings=["failures=true"], out="first")
    exported(*ALL, settings=["failures=true"], out="again")
    other = write(tmp_path / "other.db", random.Random(3).sample(EVERY_KIND, len(EVERY_KIND)))
    exported(*ALL, settings=["failures=true"], out="other", path=other)
    first = contents(tmp_path / "first")
    assert len(first) == 2 * len(ALL) + 5
    assert contents(tmp_path / "again") == first
    assert contents(tmp_path / "other") == first


def test_training_and_test_share_no_seed(exported, rows):
    exported("messages", "kto")
    train, test = ({row["seed_id"] for row in rows(f"messages/{split}.jsonl")} for split in ("train", "test"))
    assert (len(train), len(test)) == (25, 3)
    assert not train & test
    assert {row["seed_id"] for row in rows("kto/test.jsonl")} == test


def test_an_export_that_fails_leaves_the_old_one(tmp_path, exported):
    class Broken:
        name = "broken"

        def judge_texts(self, texts, languages):
            raise UsageError("broken")

    exported()
    before = contents(tmp_path / "out")
    with pytest.raises(UsageError, match="broken"):
        exported("messages", "dpo", judges=[Broken()])
    assert contents(tmp_path / "out") == before
    assert not (tmp_path / "out/dpo").exists()


def test_a_missing_database_is_not_made(tmp_path, exported):
    with pytest.raises(StoreError, match="no database"):
        exported(path=tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
    assert not (tmp_path / "out").exists()


def test_an_empty_database_gives_an_empty_dataset(tmp_path, exported):
    result = exported(path=write(tmp_path / "e.db", []))
    assert result.rows == {"messages/train.jsonl": 0, "messages/test.jsonl": 0}
    assert "configs" not in (tmp_path / "out/README.md").read_text()


def test_a_run_that_goes_on_beside_it_is_no_obstacle(tmp_path, database, exported):
    with Store.open(database) as store:
        asyncio.run(store.add_seeds([replace(SEED, id="s-new", content="new")]))
        asyncio.run(store.start_conversation(replace(TALK, id="c-new", seed_id="s-new")))
        funnel = exported().funnel
    assert (funnel.taken, funnel.kept) == (30, 28)
