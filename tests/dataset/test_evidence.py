"""What an export takes by evidence, says of it, and trains on."""

import json

import pytest
from support.dialogues import Talk, write
from support.evidence import VERIFIED, give

SAID = {"c000": "verified", "c001": "unverified", "c002": "contradicted", "c005": "unverified", "c006": "contradicted"}
TALKS = (
    *map(Talk, range(4)),
    Talk(4, ("error", "error")),
    Talk(5, ("error", "ok"), ended="discarded"),
    Talk(6, ("ok", "ok"), ended="discarded"),
    Talk(7, ("ok", "error")),
)
"""Accepted with each kind of evidence; failed; passed and yet discarded; passed once and then failed."""


@pytest.fixture
def path(tmp_path):
    return give(write(tmp_path / "e.db", TALKS), SAID)


@pytest.fixture
def taken(path, exported, rows):
    """Rows of an export by id."""

    def read(*settings, shape="messages"):
        exported(shape, path=path, settings=["split.test_share=0", "plain_share=0", *settings])
        return {row["id"]: row for row in rows(f"{shape}/train.jsonl")}

    return read


@pytest.mark.parametrize(
    ("settings", "ids"),
    [
        ((), {"c000", "c003"}),
        (("evidence=['verified']",), {"c000"}),
        (("evidence=['none']",), {"c003"}),
        (("evidence=['any']",), {"c000", "c001", "c002", "c003"}),
        (("evidence=['unverified']",), {"c001", "c005"}),
        (("evidence=['contradicted']",), {"c002", "c006"}),
        (("evidence=['verified','unverified']",), {"c000", "c001", "c005"}),
        (("evidence=['any']", "min_mutation_score=0.9"), {"c000", "c002"}),
        (("evidence=['any']", "min_agreement=0.25"), {"c000", "c001"}),
    ],
)
def test_dialogues_are_taken_by_their_evidence(taken, settings, ids):
    assert taken(*settings).keys() == ids


def test_each_dialogue_that_is_left_out_is_counted_by_what_its_evidence_says(path, exported):
    assert exported(path=path).funnel.dropped == {"unverified": 2, "contradicted": 2, "discarded": 2}
    dropped = exported(path=path, settings=["evidence=['verified']", "min_mutation_score=1"]).funnel.dropped
    assert dropped == {"unverified": 2, "contradicted": 2, "discarded": 2, "without evidence": 1, "mutation score": 1}


def test_failures_are_what_never_passed_and_not_what_is_unverified(path, exported):
    result = exported("kto", path=path, settings=["failures=true"])
    assert (result.funnel.kept, dict(result.funnel.dropped)) == (4, {"unverified": 2, "contradicted": 2})


def test_an_unverified_dialogue_is_trained_on_in_its_last_round_alone(taken):
    row = taken("evidence=['unverified']")["c005"]
    trained = [message["content"] for message in row["messages"] if message["train"]]
    assert len(trained) == 2
    assert "Solution 2." in trained[0]
    assert not any("Solution 1." in text for text in trained)


def test_what_passed_and_was_contradicted_since_is_no_answer_to_learn(taken):
    assert "Solution 2." in next(
        one["content"] for one in taken("evidence=['contradicted']")["c006"]["messages"] if one["train"]
    )
    assert "c007" not in taken("failures=true")
    pairs = taken("evidence=['contradicted']", shape="dpo")["c006"]
    assert "Solution 2." in pairs["chosen"][0]["content"]
    assert "Solution 1." in pairs["rejected"][0]["content"]


def test_rows_say_what_the_evidence_is_where_any_was_gathered(taken):
    found = taken()
    assert (found["c000"]["evidence"], found["c000"]["evidence_sentence"]) == ("verified", VERIFIED.sentence)
    assert (found["c003"]["evidence"], found["c003"]["evidence_sentence"]) == ("none", "")


def test_without_any_evidence_rows_are_as_they_were(database, exported, rows):
    exported(path=database)
    assert not {"evidence", "evidence_sentence"} & rows("messages/train.jsonl")[0].keys()


def test_parquet_has_the_same_columns_of_evidence(path, tmp_path, exported):
    parquet = pytest.importorskip("pyarrow.parquet")
    exported("messages:parquet", path=path, settings=["split.test_share=0"])
    found = parquet.read_table(tmp_path / "out/messages/train.parquet").to_pylist()
    assert {row["id"]: row["evidence"] for row in found} == {"c000": "verified", "c003": "none"}


def test_card_and_manifest_tell_the_distribution_and_the_filters(path, tmp_path, exported):
    exported(path=path, settings=["evidence=['any']", "min_mutation_score=0.2"])
    card = (tmp_path / "out/README.md").read_text()
    assert "By evidence: any; mutation score of at least 0.2." in card
    assert "| evidence | contradicted: 1, unverified: 1, verified: 1 |" in card
    assert "| mutation score | 0.9 to 1: 2, below 0.5: 1 |" in card
    assert "| agreement | confirmed, 1: 1, contradicted, below 0.5: 1, undetermined, below 0.5: 1 |" in card
    assert "| tests changed or dropped | 1: 2, 2: 1 |" in card
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert manifest["settings"]["export"]["evidence"] == ["any"]
    assert "export.min_mutation_score=0.2" in manifest["command"]
    assert manifest["counts"]["evidence"] == {"contradicted": 1, "unverified": 1, "verified": 1}


def test_of_near_duplicates_the_verified_one_stays(tmp_path, exported):
    talks = [Talk(1, problem="same " * 30, code="def f(): pass"), Talk(2, problem="same " * 30, code="def f(): pass")]
    path = give(write(tmp_path / "n.db", talks), {"c002": "verified"})
    exported(path=path, settings=["split.test_share=0"])
    (row,) = (tmp_path / "out/messages/train.jsonl").read_text().splitlines()
    assert json.loads(row)["id"] == "c002"
