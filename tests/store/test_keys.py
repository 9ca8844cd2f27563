"""A key that got into a database is shown by nothing that reads it."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from store.sample_records import RUN
from support.dialogues import Talk, write
from support.exports import contents

from aiev.config.settings import Settings
from aiev.dataset.export import export
from aiev.dataset.outputs import parse_output
from aiev.store.keys import keys_named, shield
from aiev.store.reading.dialogues import DialogueReader
from aiev_agents.keys import MARK

KEYS = {
    "MY_LLM": "sk-proj-4f9a1c7e22b8",
    "OTHER": "gw-88aa77bb66cc",
    "HEADER": "hdr-11223344556677",
    "HF_TOKEN": "hf_abcdef123456",
}
CONFIG = {
    "model": {
        "api_key_env": "MY_LLM",
        "endpoints": [{"base_url": "http://x", "api_key_env": "OTHER"}],
        "extra_headers": {"X-Auth": "$HEADER"},
    }
}


@pytest.fixture
def environment(monkeypatch):
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def leaky(tmp_path):
    """A database that an older version wrote, with every key in a reply, in an output and in a seed's licence."""
    text = " ".join(KEYS.values())
    talk = Talk(1, ("error", "ok"), prose=text, output=text, licence=text)
    return write(tmp_path / "d.db", [talk], [replace(RUN, config=CONFIG)])


def test_every_variable_that_a_setting_names_is_looked_at(environment):
    assert set(keys_named(CONFIG)) == set(KEYS.values())
    assert set(keys_named(Settings().model_dump(mode="json"))) == {KEYS["HF_TOKEN"]}


@pytest.mark.parametrize("name", KEYS)
def test_readers_give_out_a_mark(environment, leaky, name):
    with DialogueReader.open(leaky) as reader:
        texts = str(list(reader.dialogues()))
    assert KEYS[name] not in texts
    assert MARK in texts


@pytest.mark.parametrize("kind", ["messages", "dpo", "messages:parquet", "messages:hf"])
def test_exports_hold_a_mark(environment, leaky, tmp_path, kind):
    if ":" in kind:
        pytest.importorskip("datasets", reason="needs the extra export")
    settings = Settings.model_validate({"export": {"secrets": False}, "split": {"test_share": 0}})
    export(leaky, tmp_path / "out", [parse_output(kind)], settings, judges=[])
    raw = b"".join(contents(tmp_path / "out").values())
    assert not [name for name, value in KEYS.items() if value.encode() in raw]


def test_a_database_without_runs_is_read_as_it_is(environment):
    with closing(sqlite3.connect(":memory:")) as connection:
        shield(connection)
        assert connection.execute("select ?", [json.dumps(KEYS)]).fetchone()
