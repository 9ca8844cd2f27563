"""The files that a training reads: scripted models, real store, real export."""

import asyncio
import json

from support.loop_parts import QUIET, loop

from aiev.config.layers import load_config
from aiev.store.reading.student import StudentReader
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
