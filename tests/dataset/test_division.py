"""How groups of seeds are divided, without a database."""

import itertools
from collections import Counter

import pytest

from aiev.dataset.division import Candidate, divide
from aiev.dataset.groups import Groups
from aiev.dataset.settings import SplitSettings
from aiev.store.records import SplitRecord


def candidates(count, language="python", prefix="s"):
    return [Candidate(f"{prefix}{number}", f"{prefix}-hash-{number:04}", language) for number in range(count)]


def divided(seeds, *pairs, assigned=(), **settings):
    """Rows for the seeds that are in no split yet; pairs of positions belong together."""
    groups = Groups(len(seeds))
    for pair in pairs:
        groups.join(*pair)
    return divide(seeds, groups, assigned, SplitSettings(**settings))


def splits(rows):
    return {row.seed_id: row.split for row in rows}


def placed(seed_id, split, language="python", group="g"):
    return SplitRecord(seed_id, split, group, language, "aiev", "2026-01-01")


@pytest.mark.parametrize(
    ("count", "share", "tested"), [(0, 0.1, 0), (1, 0.1, 0), (4, 0.1, 0), (5, 0.1, 1), (15, 0.1, 2), (10, 0.5, 5)]
)
def test_the_share_of_test_seeds_is_rounded_to_the_nearest(count, share, tested):
    assert Counter(splits(divided(candidates(count), test_share=share)).values())["test"] == tested


def test_a_seed_that_is_in_a_split_gets_no_row():
    rows = divided(candidates(3), assigned=[placed("s1", "train")])
    assert {row.seed_id for row in rows} == {"s0", "s2"}


@pytest.mark.parametrize(("before", "drawn"), [(0, 4), (3, 1), (4, 0), (9, 0)])
def test_test_seeds_of_before_count_towards_the_share(before, drawn):
    seeds = candidates(20)
    assigned = [placed(f"s{number}", "test", group=f"g{number}") for number in range(before)]
    found = Counter(splits(divided(seeds, assigned=assigned, test_share=0.2)).values())
    assert found["test"] == drawn
    assert found.total() == 20 - before


def test_training_seeds_of_before_do_not_use_up_the_share():
    assigned = [placed(f"s{number}", "train", group=f"g{number}") for number in range(10)]
    assert Counter(splits(divided(candidates(20), assigned=assigned, test_share=0.2)).values())["test"] == 4


def test_test_seeds_of_another_language_do_not_use_up_the_share():
    seeds = [*candidates(10), *candidates(10, "go", "g")]
    assigned = [placed(f"g{number}", "test", "go", f"h{number}") for number in range(5)]
    assert Counter(splits(divided(seeds, assigned=assigned, test_share=0.2)).values())["test"] == 2


def test_a_group_too_large_for_the_share_is_for_training_and_a_smaller_one_takes_its_place():
    seeds = candidates(20)
    pairs = [(0, other) for other in range(1, 17)]
    for salt in map(str, range(20)):
        found = splits(divided(seeds, *pairs, salt=salt))
        assert {found[f"s{number}"] for number in range(17)} == {"train"}
        assert Counter(found.values())["test"] == 2


def test_a_group_of_two_languages_must_fit_into_both_shares():
    seeds = [*candidates(10), *candidates(4, "go", "g")]
    for salt in map(str, range(20)):
        found = splits(divided(seeds, (0, 10), salt=salt))
        assert found["s0"] == found["g0"] == "train"  # four seeds of Go have no test seed among them


def test_a_later_member_follows_its_group_whatever_is_left_of_the_share():
    for split in ("train", "test"):
        rows = divided(candidates(3), (0, 2), assigned=[placed("s0", split, group="old")], test_share=0.0)
        (row,) = [row for row in rows if row.seed_id == "s2"]
        assert (row.split, row.group_id) == (split, "old")


def test_what_is_near_to_both_splits_is_held_back_and_moves_nothing():
    assigned = [placed("s0", "train", group="a"), placed("s1", "test", group="b")]
    rows = divided(candidates(3), (0, 2), (1, 2), assigned=assigned)
    assert splits(rows) == {"s2": "held"}


def test_what_is_near_to_a_seed_that_was_held_back_is_held_back_too():
    assert splits(divided(candidates(2), (0, 1), assigned=[placed("s0", "held")])) == {"s1": "held"}


def test_a_group_shares_the_name_of_its_first_seed():
    rows = divided(candidates(4), (1, 3))
    named = {row.seed_id: row.group_id for row in rows}
    assert named == {"s0": "s-hash-0000", "s1": "s-hash-0001", "s2": "s-hash-0002", "s3": "s-hash-0001"}


def test_rows_keep_language_and_salt_and_the_same_time():
    rows = divided([*candidates(3), *candidates(2, "go", "g")], salt="pepper")
    assert {row.seed_id: row.language for row in rows}["g1"] == "go"
    assert {row.salt for row in rows} == {"pepper"}
    (time,) = {row.frozen_at for row in rows}
    assert time.endswith("+00:00")
    assert len(time) == len("2026-01-01T00:00:00+00:00")


def test_the_draw_depends_on_content_and_salt_alone():
    seeds = candidates(6)
    wanted = splits(divided(seeds, test_share=0.5))
    for order in itertools.islice(itertools.permutations(seeds), 0, 720, 37):
        assert splits(divided(list(order), test_share=0.5)) == wanted
    others = [splits(divided(seeds, test_share=0.5, salt=f"{salt}")) for salt in range(10)]
    assert any(other != wanted for other in others)
