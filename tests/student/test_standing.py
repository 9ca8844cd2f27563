"""Which dialogues rounds, self-learning and trainings take by their evidence, and that a frozen round stays."""

import asyncio
import json

import pytest
from support.dialogues import Talk, write
from support.evidence import give
from support.loop_parts import QUIET, loop

from aiev.config.layers import load_config
from aiev.errors import UsageError
from aiev.store.reading.student import StudentReader
from aiev.store.writing.student import StudentStore
from aiev.student.rounds import freeze_round, items_of, problems_of
from aiev.student.training_files import write_training_files

SAID = {"c000": "verified", "c001": "unverified", "c002": "contradicted"}


def settings(*assignments):
    return load_config(assignments=(*QUIET, *assignments)).settings


def freeze(path, *assignments):
    """Freeze a round; its items by id with their parts."""
    with StudentStore.open(path) as store, StudentReader.open(path) as reader:
        asyncio.run(freeze_round(store, reader, settings(*assignments).split))
        return {item.conversation_id: item.part for item in reader.round_items()}


def trained(path, folder, *assignments):
    """Dialogues that the first round trains on, and why others are left out."""
    data = write_training_files(path, 1, settings(*assignments), folder)
    return {json.loads(line)["id"] for line in data.train_file.read_text().splitlines()}, data


@pytest.mark.parametrize(
    ("standing", "ids"),
    [("usable", {"c000", "c003"}), ("verified", {"c000"}), ("any", {"c000", "c001", "c002", "c003"})],
)
def test_a_round_takes_the_dialogues_of_the_knob(tmp_path, standing, ids):
    path = give(write(tmp_path / "d.db", map(Talk, range(4))), SAID)
    assert freeze(path, f"split.evidence={standing}").keys() == ids


def test_a_round_of_nothing_names_the_knob(tmp_path):
    path = give(write(tmp_path / "d.db", [Talk(1)]), {"c001": "unverified"})
    with pytest.raises(UsageError, match=r"split\.evidence = 'usable'"):
        freeze(path)


def test_a_frozen_round_keeps_its_items_when_they_lose_their_standing(tmp_path):
    path = write(tmp_path / "d.db", map(Talk, range(20)))
    parts = freeze(path)
    with StudentReader.open(path) as reader:
        before = reader.accepted(), reader.rounds()
        problems = problems_of(items_of(reader.accepted(), 1, "test"))
    give(path, dict.fromkeys(parts, "contradicted"))
    with StudentReader.open(path) as reader:
        after = reader.accepted(), reader.rounds()
        assert problems_of(items_of(reader.accepted(), 1, "test")) == problems
    assert [one.id for one in after[0]] == [one.id for one in before[0]]
    assert after[1] == before[1]
    write(path, [Talk(number) for number in range(20, 30)])
    assert parts.items() <= freeze(path).items()


def test_a_training_leaves_out_what_lost_its_standing_since_and_counts_it(tmp_path):
    path = write(tmp_path / "d.db", map(Talk, range(20)))
    parts = freeze(path)
    learned = {one for one, part in parts.items() if part == "train"}
    lost = min(learned)
    before, data = trained(path, tmp_path / "a")
    assert before == learned
    give(path, {lost: "contradicted", max(learned): "verified"})
    after, fewer = trained(path, tmp_path / "b")
    assert after == learned - {lost}
    assert fewer.dropped == {"contradicted": 1}
    everything, same = trained(path, tmp_path / "c", "split.evidence=any")
    assert (everything, same.digest) == (learned, data.digest)


def test_self_learning_waits_for_dialogues_that_count(tmp_path):
    path = give(write(tmp_path / "d.db", map(Talk, range(4))), SAID)
    assert loop(path).state().facts.waiting == 2
    assert loop(path, "split.evidence=verified").state().facts.waiting == 1
    assert loop(path, "split.evidence=any").state().facts.waiting == 4
