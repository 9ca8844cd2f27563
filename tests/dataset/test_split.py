import random
from collections import Counter
from dataclasses import replace

import pytest
from store.sample_records import RUN
from support.dialogues import Talk, words, write
from support.evidence import give

from aiev.config.layers import load_config
from aiev.dataset.split import assign_splits
from aiev.errors import StoreError
from aiev.store.reading.dialogues import DialogueReader

SETTINGS = load_config().settings.split


def splits(path):
    with DialogueReader.open(path) as reader:
        return {row.seed_id: row.split for row in reader.splits()}


def test_each_language_has_its_share_of_test_seeds(tmp_path):
    talks = [Talk(number, language="python" if number < 60 else "rust") for number in range(80)]
    path = write(tmp_path / "d.db", talks)
    summary = assign_splits(path, SETTINGS)
    assert summary.added == 80
    assert summary.seeds == {"python": {"train": 54, "test": 6}, "rust": {"train": 18, "test": 2}}


def test_the_order_of_writing_does_not_matter(tmp_path):
    talks = [Talk(number) for number in range(30)]
    shuffled = random.Random(1).sample(talks, len(talks))
    assign_splits(write(tmp_path / "a.db", talks), SETTINGS)
    assign_splits(write(tmp_path / "b.db", shuffled), SETTINGS)
    assert splits(tmp_path / "a.db") == splits(tmp_path / "b.db")


def test_another_salt_draws_another_test_set(tmp_path):
    talks = [Talk(number) for number in range(60)]
    assign_splits(write(tmp_path / "a.db", talks), SETTINGS)
    assign_splits(write(tmp_path / "b.db", talks), SETTINGS.model_copy(update={"salt": "other"}))
    assert splits(tmp_path / "a.db") != splits(tmp_path / "b.db")


def test_what_is_frozen_stays_when_more_comes_in(tmp_path):
    path = write(tmp_path / "d.db", [Talk(number) for number in range(20)])
    assign_splits(path, SETTINGS)
    before = splits(path)
    write(path, [Talk(number) for number in range(20, 50)])
    assert assign_splits(path, SETTINGS).added == 30
    after = splits(path)
    assert {seed: after[seed] for seed in before} == before
    assert Counter(after.values()) == {"train": 45, "test": 5}
    assert assign_splits(path, SETTINGS).added == 0


def test_near_duplicates_are_never_divided(tmp_path):
    talks = [Talk(number, problem=f"{words(number // 4, 60)} variant {number}") for number in range(80)]
    path = write(tmp_path / "d.db", talks)
    assign_splits(path, SETTINGS)
    found = splits(path)
    groups = [{found[f"s-{number}"] for number in range(first, first + 4)} for first in range(0, 80, 4)]
    assert all(len(group) == 1 for group in groups)
    assert Counter(found.values()) == {"train": 72, "test": 8}


def test_programs_that_differ_in_names_alone_are_never_divided(tmp_path):
    renamed = [("total", "items"), ("result", "numbers"), ("s", "xs"), ("acc", "values")]
    codes = [
        f"def solve_{total}({items}):\n    {total} = 0\n    for one in {items}:\n        {total} += one * one % 7\n"
        f"    return {total} if len({items}) > 3 else -{total}"
        for total, items in renamed
    ]
    path = write(
        tmp_path / "d.db", [Talk(number, code=codes[number % 40] if number < 4 else "") for number in range(40)]
    )
    assign_splits(path, SETTINGS)
    with DialogueReader.open(path) as reader:
        groups = {row.seed_id: row.group_id for row in reader.splits()}
    assert len({groups[f"s-{number}"] for number in range(4)}) == 1
    assert len(set(groups.values())) == 37


def test_a_later_near_duplicate_goes_where_its_group_is(tmp_path):
    path = write(tmp_path / "d.db", [Talk(number) for number in range(40)])
    assign_splits(path, SETTINGS)
    before = splits(path)
    tested = [int(seed.removeprefix("s-")) for seed, split in before.items() if split == "test"]
    assert tested
    write(path, [Talk(100 + number, problem=f"Problem {number}: {words(number)} again") for number in tested])
    assign_splits(path, SETTINGS)
    assert {splits(path)[f"s-{100 + number}"] for number in tested} == {"test"}


def test_what_is_near_to_training_and_test_is_held_back_from_both(tmp_path):
    path = write(tmp_path / "d.db", [Talk(number) for number in range(20)])
    assign_splits(path, SETTINGS)
    before = splits(path)
    near = [int(next(seed for seed in before if before[seed] == split)[2:]) for split in ("train", "test")]
    talks = [
        Talk(90 + at, seed="both", run=f"r{at + 1}", problem=f"Problem {number}: {words(number)}")
        for at, number in enumerate(near)
    ]
    write(path, talks, runs=(RUN, replace(RUN, id="r2")))
    assign_splits(path, SETTINGS)
    assert splits(path)["s-both"] == "held"


def test_only_seeds_of_accepted_dialogues_are_divided(tmp_path):
    path = write(tmp_path / "d.db", [Talk(1), Talk(2, ("error",))])
    assert assign_splits(path, SETTINGS).added == 1
    assert assign_splits(path, SETTINGS, wanted=lambda _: True).added == 1


def test_no_share_leaves_all_for_training(tmp_path):
    path = write(tmp_path / "d.db", [Talk(number) for number in range(30)])
    assert assign_splits(path, SETTINGS.model_copy(update={"test_share": 0.0})).seeds == {"python": {"train": 30}}


def test_a_missing_database_is_one_line(tmp_path):
    with pytest.raises(StoreError, match="no database"):
        assign_splits(tmp_path / "none.db", SETTINGS)


def test_what_is_known_to_be_wrong_is_not_divided(tmp_path):
    said = {"c001": "verified", "c002": "unverified", "c003": "contradicted"}
    path = give(write(tmp_path / "d.db", map(Talk, range(4))), said)
    for standing, seeds in (("verified", {1}), ("usable", {0, 1}), ("any", {0, 1, 2, 3})):
        assign_splits(path, SETTINGS.model_copy(update={"evidence": standing}))
        assert splits(path).keys() == {f"s-{number}" for number in seeds}


def test_what_is_near_to_a_dialogue_that_lost_its_standing_goes_where_that_is(tmp_path):
    path = write(tmp_path / "d.db", [Talk(number) for number in range(40)])
    assign_splits(path, SETTINGS)
    before = splits(path)
    tested = [int(seed.removeprefix("s-")) for seed, split in before.items() if split == "test"]
    give(path, {f"c{number:03}": "contradicted" for number in tested})
    write(path, [Talk(100 + number, problem=f"Problem {number}: {words(number)} again") for number in tested])
    assign_splits(path, SETTINGS)
    assert {splits(path)[f"s-{100 + number}"] for number in tested} == {"test"}
    assert before.items() <= splits(path).items()
