"""`aiev export` and `aiev split` as a user meets them."""

import json

import pytest


def test_export_prints_what_it_did(aiev, database, tmp_path):
    done = aiev("export", database, "--out", tmp_path / "out", "--format", "messages", "--format", "dpo")
    assert done.exit_code == 0
    assert "30 taken, 28 kept; dropped: 2 discarded" in done.output
    assert "messages/train.jsonl" in done.output


def test_export_as_json_is_one_document(aiev, database, tmp_path):
    done = aiev("export", database, "--out", tmp_path / "out", "--json", "--language", "go", "--split", "test")
    found = json.loads(done.output)
    assert found["rows"] == {"messages/test.jsonl": 1}
    assert found["taken"] == found["kept"] + sum(found["dropped"].values()) == 30


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (["--failures"], 30),
        (["--min-rounds", 3], 4),
        (["--max-rounds", 1], 18),
        (["--verdict", "timeout"], 4),
        (["--licence", "unknown"], 10),
        (["--stage", "teach", "--model", "m", "--run", "r1"], 28),
        (["--label", "accept"], 0),
        (["--evidence", "none"], 28),
        (["--evidence", "verified", "--evidence", "unverified"], 0),
        (["--evidence", "any", "--min-mutation-score", 0.5], 0),
        (["--min-agreement", 0], 28),
        (["--keep-near-duplicates", "--keep-secrets", "--keep-contaminated"], 28),
    ],
)
def test_every_option_chooses(aiev, database, tmp_path, options, kept):
    done = aiev("export", database, "--out", tmp_path / "out", "--json", *options)
    assert json.loads(done.output)["kept"] == kept


def test_split_says_what_is_where(aiev, database):
    first = json.loads(aiev("split", database, "--json").output)
    assert first == {"added": 28, "seeds": {"go": {"train": 9, "test": 1}, "python": {"train": 16, "test": 2}}}
    assert json.loads(aiev("split", database, "--json").output) == first | {"added": 0}
    assert "python" in aiev("split", database).output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["export", "none.db"], 1, "no database none.db"),
        (["split", "none.db"], 1, "no database none.db"),
        (["export", "DB", "--format", "csv"], 2, "unknown format 'csv'"),
        (["export", "DB", "--verdict", "\n"], 0, ""),
        (["export", "DB", "--label", "great"], 2, "export.labels"),
        (["export", "DB", "--set", "export.evidence=[]"], 2, "export.evidence"),
        (["export", "DB", "--set", "split.evidence=good"], 2, "split.evidence"),
        (["export", "DB", "--set", "export.plain_share=2"], 2, "export.plain_share"),
        (["export", "DB", "--set", "export.code_start=''"], 2, "export.code_start"),
        (["export", "DB", "--out", "DB"], 2, "is a file"),
        (["export", "DB", "--push", "o/n"], 2, "HF_TOKEN"),
    ],
)
def test_wrong_use_is_one_line(aiev, database, arguments, code, words):
    done = aiev(*(str(database) if word == "DB" else word for word in arguments))
    assert done.exit_code == code
    assert words in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.strip()]) == int(code != 0)
