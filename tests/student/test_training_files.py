"""The files that a training reads: scripted models, real store, real export."""

import asyncio
import json
from dataclasses import replace

import pytest
from support.dialogues import Talk, write
from support.loop_parts import QUIET, loop
from support.pairs import PAIRS, prefer

from aiev.config.layers import load_config
from aiev.store.reading.student import StudentReader
from aiev.store.writing.student import StudentStore
from aiev.student.rounds import freeze_round
from aiev.student.training_files import write_training_files


def test_only_the_training_items_are_trained_on(tmp_path):
    path, folder = tmp_path / "t.db", tmp_path / "data"
    asyncio.run(loop(path, "student.rounds=1").run())
    settings = load_config(assignments=QUIET).settings
    data = write_training_files(path, 1, settings, folder)
    with StudentReader.open(path) as reader:
        parts = {one.id: one.part for one in reader.accepted()}
    files = {"train": data.train_file, "test": data.test_file}
    ids = {name: {json.loads(line)["id"] for line in file.read_text().splitlines()} for name, file in files.items()}
    assert {parts[one] for one in ids["train"]} == {"train"}
    assert {parts[one] for one in ids["test"]} == {"test"}
    assert (data.train, data.test) == (len(ids["train"]), len(ids["test"]))
    assert data == write_training_files(path, 1, settings, folder)


SETTINGS = load_config(assignments=(*QUIET, "export.plain_share=1")).settings


def frozen(path):
    """The database, with a round of all that it has."""
    with StudentStore.open(path) as store, StudentReader.open(path) as reader:
        asyncio.run(freeze_round(store, reader, SETTINGS.split))
    return path


def read(data):
    return [json.loads(line) for file in (data.train_file, data.test_file) for line in file.read_text().splitlines()]


@pytest.mark.parametrize(("method", "rows"), [("dpo", 1 + 2 * 6), ("rpo", 1 + 2 * 6), ("kto", 3 + 3 * 6)])
def test_preferences_are_repairs_and_pairs_of_sampled_programs(tmp_path, method, rows):
    path = frozen(prefer(write(tmp_path / "t.db", [Talk(1), Talk(2, ("error", "ok"))]), range(6)))
    data = write_training_files(path, 1, SETTINGS, tmp_path / "data", method)
    assert (data.train + data.test, len(read(data)), data.kept) == (rows, rows, 8)
    assert data.test > 0
    answers = {"completion", "label"} if method == "kto" else {"chosen", "rejected"}
    assert all(row.keys() >= {"prompt", "id", *answers} for row in read(data))


def test_a_score_that_changes_no_choice_changes_no_digest(tmp_path):
    one, other = (
        write_training_files(
            frozen(prefer(tmp_path / f"{gap}.db", range(6), (replace(PAIRS[0], gap=gap),))),
            1, SETTINGS, tmp_path / str(gap), "dpo",
        )
        for gap in (0.5, 0.75)
    )  # fmt: skip
    assert one.digest == other.digest


def test_answers_with_one_label_alone_are_no_preferences(tmp_path):
    path = frozen(write(tmp_path / "t.db", [Talk(number) for number in range(6)]))
    assert write_training_files(path, 1, SETTINGS, tmp_path / "data", "kto").train == 0
