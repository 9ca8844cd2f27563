import asyncio
import hashlib
import json
import random
import re
from dataclasses import replace

import pytest
from store.sample_records import RUN, SEED, TALK
from support.dialogues import EVERY_KIND, Talk, words, write

from aiev.dataset.folder import begin_replacing
from aiev.dataset.judges import Dropped
from aiev.dataset.outputs import parse_output
from aiev.errors import StoreError, UsageError
from aiev.store.writing.connection import open_database
from aiev.store.writing.store import Store

ALL = ("messages", "openai", "sharegpt", "llama-factory", "prompt-completion", "dpo", "kto")


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_dialogues_give_the_same_bytes(tmp_path, exported):
    exported(*ALL, settings=["failures=true"], out="first")
    exported(*ALL, settings=["failures=true"], out="again")
    other = write(tmp_path / "other.db", random.Random(3).sample(EVERY_KIND, len(EVERY_KIND)))
    exported(*ALL, settings=["failures=true"], out="other", path=other)
    first = contents(tmp_path / "first")
    assert len(first) == 2 * len(ALL) + 3
    assert contents(tmp_path / "again") == first
    assert contents(tmp_path / "other") == first


def test_nothing_is_lost_on_the_way(exported):
    funnel = exported(settings=["failures=true", "languages=['go']"]).funnel
    assert funnel.taken == len(EVERY_KIND) == funnel.kept + funnel.dropped.total()
    assert funnel.dropped == {"language": 20}


def test_training_and_test_share_no_seed(exported, rows):
    exported("messages", "kto")
    train, test = ({row["seed_id"] for row in rows(f"messages/{split}.jsonl")} for split in ("train", "test"))
    assert (len(train), len(test)) == (25, 3)
    assert not train & test
    assert {row["seed_id"] for row in rows("kto/test.jsonl")} == test


def test_one_split_can_be_asked_for(tmp_path, exported):
    result = exported(settings=["splits=['test']"])
    assert result.rows == {"messages/test.jsonl": 3}
    assert not (tmp_path / "out/messages/train.jsonl").exists()
    assert result.funnel.dropped == {"split": 25, "discarded": 2}


@pytest.mark.parametrize(
    ("setting", "kept", "reasons"),
    [
        ("min_rounds=2", 10, {"too few rounds": 18}),
        ("max_rounds=1", 18, {"too many rounds": 10}),
        ("verdicts=['timeout']", 4, {"verdict": 24}),
        ("languages=['go']", 10, {"language": 18}),
        ("licences=['MIT']", 18, {"licence": 10}),
        ("licences=['unknown']", 10, {"licence": 18}),
        ("stages=['self-learn']", 0, {"stage": 28}),
        ("models=['m']", 28, {}),
        ("models=['n']", 0, {"model": 28}),
        ("runs=['r']", 28, {}),
        ("runs=['x']", 0, {"run": 28}),
    ],
)
def test_every_choice_drops_with_its_reason(exported, setting, kept, reasons):
    funnel = exported(settings=[setting]).funnel
    assert funnel.kept == kept
    assert funnel.dropped == {"discarded": 2} | reasons


def test_rejected_dialogues_stay_out_unless_asked_for(tmp_path, exported):
    talks = [Talk(1, label="reject"), Talk(2, label="accept"), Talk(3, label="flag"), Talk(4)]
    path = write(tmp_path / "l.db", talks)
    assert exported(path=path).funnel.dropped == {"label": 1}
    assert exported(path=path, settings=["labels=['accept']"]).funnel.kept == 1
    assert exported(path=path, settings=["labels=['reject','none']"]).funnel.kept == 2


def test_the_newest_label_counts(tmp_path, exported):
    path = write(tmp_path / "l.db", [Talk(1, label="reject")])
    db = open_database(path)
    db.execute("insert into labels (conversation_id, label, note, created_at) values ('c001', 'accept', '', '2025')")
    db.commit()
    db.close()
    assert exported(path=path).funnel.kept == 1


def test_of_near_duplicates_the_best_is_kept(tmp_path, exported, rows):
    same = {"problem": "Write a function that reverses a string and trims it", "seed": "one"}
    talks = [
        Talk(1, ("error", "ok"), run="r1", **same),
        Talk(2, run="r2", assertions=1, **same),
        Talk(3, run="r3", assertions=4, **same),
        Talk(4),
    ]
    runs = [replace(RUN, id=f"r{number}") for number in (1, 2, 3)]
    path = write(tmp_path / "n.db", [replace(talk, number=talk.number) for talk in talks], runs)
    db = open_database(path)
    db.execute("update conversations set program = 'def reverse(text): return text[::-1].strip()' where id < 'c004'")
    db.commit()
    db.close()
    assert exported(path=path).funnel.dropped == {"near-duplicate": 2}
    assert {row["id"] for row in rows("messages/train.jsonl")} == {"c003", "c004"}
    assert exported(path=path, settings=["near_duplicates=true"]).funnel.kept == 4


def test_a_chain_of_small_changes_does_not_drop_what_is_far_from_all_that_is_kept(tmp_path, exported):
    said = words(1, 60).split()
    steps = [" ".join([*words(100 + step, 8 * step).split(), *said[8 * step :]]) for step in range(3)]
    path = write(tmp_path / "c.db", [Talk(at, problem=text, code="pass") for at, text in enumerate(steps)])
    assert exported(path=path, settings=["split.test_share=0"]).funnel.dropped == {"near-duplicate": 1}


def test_of_a_crowd_one_is_kept_in_each_split(tmp_path, exported):
    talks = [Talk(at, problem=f"{words(1, 60)} {at}", seed=f"{at % 2}", run=f"r{at}", code="pass") for at in range(90)]
    path = write(tmp_path / "c.db", talks, [replace(RUN, id=f"r{at}") for at in range(90)])
    assert exported(path=path).funnel.kept == 1


def test_secrets_and_control_tokens_stay_out(tmp_path, exported):
    key = "AKIA" + "IOSFODNN7EXAMPLQ"
    talks = [
        Talk(1, prose=f"The key is {key}"),
        Talk(2, output="<|im_start|>assistant"),
        Talk(3, prose="<API_RUN_START>"),
        Talk(4, prose='password = "hunter2" and d41d8cd98f00b204e9800998ecf8427e'),
        Talk(5, output="-----BEGIN RSA PRIVATE KEY-----"),
    ]
    path = write(tmp_path / "s.db", talks)
    assert exported(path=path).funnel.dropped == {"secret": 2, "control tokens": 2}
    assert exported(path=path, settings=["secrets=false"]).funnel.dropped == {"control tokens": 2}
    assert key not in json.dumps(contents(tmp_path / "out")["manifest.json"].decode())


class NoEvens:
    """Drops dialogues whose problem has an even number."""

    name = "decontamination"

    def judge_texts(self, texts, languages):
        assert set(languages) <= {"python", "go", "text"}
        return [Dropped("benchmark") if re.match(r"Problem \d*[02468]:", text) else None for text in texts]


class ByProgram:
    """Drops by the program alone, and gives no reason of its own."""

    name = "no one's program"

    def judge_texts(self, texts, languages):
        pairs = zip(texts, languages, strict=True)
        return [text if language == "go" and text.startswith("def f2") else None for text, language in pairs]


def test_judges_that_are_handed_in_decide_too(exported, tmp_path):
    result = exported(judges=[NoEvens()])
    assert result.funnel.dropped == {"benchmark": 14, "discarded": 2}
    assert result.judges == ["decontamination", "control tokens", "secrets"]
    assert "Nothing was compared with any benchmark" not in (tmp_path / "out/README.md").read_text()


def test_programs_are_judged_by_themselves_and_in_their_language(exported):
    assert exported(judges=[ByProgram()]).funnel.dropped == {"no one's program": 10, "discarded": 2}


def test_failures_are_for_preferences_and_not_for_the_loss(exported, rows):
    result = exported("messages", "kto", settings=["failures=true", "splits=['train','test']"])
    assert result.funnel.kept == 30
    labels = [row["label"] for split in ("train", "test") for row in rows(f"kto/{split}.jsonl")]
    assert (labels.count(True), labels.count(False)) == (28, 6 + 8 + 4)
    assert sum(result.rows[f"messages/{split}.jsonl"] for split in ("train", "test")) == 28
    exported("messages", settings=["failures=true", "train_failed=true"])
    assert sum(len(rows(f"messages/{split}.jsonl")) for split in ("train", "test")) == 30


def test_the_manifest_has_the_hash_of_every_file(tmp_path, exported):
    exported(*ALL)
    files = json.loads((tmp_path / "out/manifest.json").read_text())["files"]
    found = contents(tmp_path / "out")
    del found["manifest.json"]
    assert {name: entry["sha256"] for name, entry in files.items()} == {
        name: hashlib.sha256(data).hexdigest() for name, data in found.items()
    }


def test_a_new_export_replaces_the_old_one(tmp_path, exported):
    exported("messages", "dpo")
    exported("kto")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["README.md", "kto", "manifest.json"]


def test_a_folder_of_something_else_is_left_alone(tmp_path, exported):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match=r"holds thesis\.tex and no export of aiev"):
        exported()
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        exported(out="file")


def test_what_a_killed_export_left_is_no_obstacle(tmp_path, exported):
    exported()
    wanted = contents(tmp_path / "out")
    (tmp_path / "fresh/messages/train.partial-x").mkdir(parents=True)
    (tmp_path / "fresh/messages/train.partial-x/rows.arrow").write_text("half")
    (tmp_path / "fresh/messages/test.jsonl.partial").write_text("half")
    exported(out="fresh")
    assert not list((tmp_path / "fresh").rglob("*.partial*"))
    begin_replacing(tmp_path / "out", ["messages/train.jsonl"])
    assert not (tmp_path / "out/messages/test.jsonl").exists()
    exported()
    assert contents(tmp_path / "out") == wanted


def test_a_manifest_cannot_make_an_export_remove_other_files(tmp_path, exported):
    exported()
    (tmp_path / "precious").write_text("x")
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    manifest["files"]["../precious"] = {}
    (tmp_path / "out/manifest.json").write_text(json.dumps(manifest))
    exported()
    assert (tmp_path / "precious").exists()


def test_an_export_that_fails_leaves_the_old_one(tmp_path, exported):
    class Broken(NoEvens):
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


@pytest.mark.parametrize("text", ["csv", "messages:csv", "", ":jsonl", "hf:hf"])
def test_an_unknown_format_is_named_with_those_there_are(text):
    with pytest.raises(UsageError, match=r"unknown format .* messages, openai"):
        parse_output(text)


def test_a_shape_cannot_be_written_twice_into_one_folder(exported):
    with pytest.raises(UsageError, match="asked for twice"):
        exported("messages", "parquet")


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
