import json
from dataclasses import replace

import pytest
from store.sample_records import RUN
from support.dialogues import Talk, words, write

from aiev.store.writing.connection import open_database


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


def kept(tmp_path, exported, *talks, settings=()):
    """Ids of what is kept of dialogues about one problem, each of a run of its own."""
    same = {"problem": words(1, 60), "seed": "one", "code": "pass"}
    told = [replace(talk, run=f"r{talk.number}", **same) for talk in talks]
    path = write(tmp_path / "k.db", told, [replace(RUN, id=talk.run) for talk in told])
    exported("kto", path=path, settings=["split.test_share=0", *settings])
    lines = (tmp_path / "out/kto/train.jsonl").read_text().splitlines()
    return {json.loads(line)["id"] for line in lines}


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        (Talk(1, assertions=9), Talk(2, ("error", "ok"), label="accept")),
        (Talk(1, ("error",)), Talk(2, ("error", "error", "ok"))),
        (Talk(1, ("error", "ok"), assertions=9), Talk(2)),
        (Talk(1, assertions=1), Talk(2, assertions=2)),
        (Talk(2), Talk(1)),
        (Talk(1, label="flag", assertions=1), Talk(2, assertions=2)),
    ],
)
def test_a_person_then_the_interpreter_then_rounds_assertions_and_the_id_decide(tmp_path, exported, worse, better):
    assert kept(tmp_path, exported, worse, better, settings=["failures=true"]) == {better.id}


def test_what_is_not_exported_displaces_nothing(tmp_path, exported):
    rejected, other = Talk(1, assertions=9, label="reject"), Talk(2, assertions=1)
    assert kept(tmp_path, exported, rejected, other) == {"c002"}
    assert kept(tmp_path, exported, Talk(1, ("error",)), other) == {"c002"}


def test_how_near_a_duplicate_is_can_be_set(tmp_path, exported):
    said = words(1, 60).split()
    talks = [Talk(at, problem=" ".join([*words(at, 12).split(), *said[12:]]), code="pass") for at in (5, 6)]
    path = write(tmp_path / "s.db", talks)
    counts = [
        exported(path=path, settings=["split.test_share=0", f"similarity={similarity}"]).funnel.kept
        for similarity in (0.3, 0.95)
    ]
    assert counts == [1, 2]
