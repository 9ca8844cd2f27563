import asyncio
import json
from dataclasses import replace

import pytest
from store.sample_records import REQUEST
from support.dialogues import Talk, write
from support.evidence import UNVERIFIED, give

from aiev.store.reading.read_only import ReadOnly
from aiev.store.reading.runs import RunReader
from aiev.store.records import StartRecord
from aiev.store.student_records import GateRecord, RoundItemRecord, RoundRecord, TrainingRecord
from aiev.store.writing.store import Store
from aiev.view.documents import conversation_document, detailed_run_documents, round_documents, run_documents


def test_the_document_of_a_conversation_has_everything(reader):
    data = conversation_document(reader.conversation("c0"), reader)
    assert [message["role"] for message in data["messages"]][:2] == ["user", "assistant"]
    assert data["executions"][1]["verdict"] == "ok"
    assert data["seed"]["source"] == "a.py:1"
    assert data["evidence"] is None


def test_the_document_of_a_conversation_has_all_of_its_evidence(reader):
    give(reader.path, {"c0ffee": "unverified"})
    found = json.loads(json.dumps(conversation_document(reader.conversation("c0"), reader)))["evidence"]
    assert (found["status"], found["mutants_killed"], len(found["tests"])) == ("unverified", 2, 3)
    assert found["detail"] == UNVERIFIED.detail


def test_the_document_of_a_run_counts_what_is_there(reader):
    (row,) = run_documents(RunReader(reader.db))
    assert (row["statuses"], row["rounds"], row["verdicts"]) == (
        {"accepted": 1},
        {2: 1},
        {"error": 1, "ok": 1},
    )


class Rounds:
    """A reader of a loop that is in its second round."""

    def gates(self):
        return [GateRecord("g", 1, "t", "s", "e1", "e2", False, "", "No.", {}, {}, "")]

    def trainings(self):
        return [
            TrainingRecord(name, 1, "base", "lora", status) for name, status in (("new", "done"), ("old", "failed"))
        ]

    def round_items(self):
        return [RoundItemRecord(name, number, part) for name, number, part in (("a", 1, "train"), ("b", 2, "test"))]

    def rounds(self):
        return [RoundRecord(number, "teaching", 1, "", "", "") for number in (1, 2)]


def test_a_round_has_the_items_of_those_before_it_and_its_newest_training():
    first, second = round_documents(Rounds())
    assert first["items"] == {"train": 1, "test": 0, "held": 0}
    assert second["items"] == {"train": 1, "test": 1, "held": 0}
    assert (first["training"]["id"], first["gate"]["sentence"]) == ("new", "No.")
    assert (second["training"], second["gate"]) == (None, None)


def paid(tmp_path, *costs, starts=()):
    """The document of a run of two dialogues, one of them accepted, with replies of these costs."""
    path = write(tmp_path / "paid.db", [Talk(1), Talk(2, ("error",))])

    async def fill(store):
        for number, cost in enumerate(costs):
            await store.add_request(replace(REQUEST, hash=f"p{number}", conversation_id="c001", cost=cost))
        for start in starts:
            await store.write_start(start)

    with Store.open(path) as store:
        asyncio.run(fill(store))
    with RunReader.open(path) as reader:
        (found,) = run_documents(reader)
    return found


@pytest.mark.parametrize(
    ("costs", "so_far", "known", "unknown"),
    [((), None, 0.0, 0), ((0.5, 0.25), 0.75, 0.75, 0), ((0.5, None), None, 0.5, 1), ((0.0,), 0.0, 0.0, 0)],
)
def test_the_cost_of_a_run_is_null_unless_every_reply_has_a_price(tmp_path, costs, so_far, known, unknown):
    assert paid(tmp_path, *costs)["cost"] == {
        "so_far": so_far, "per_accepted": so_far, "known_part": known, "replies_without_price": unknown,
    }  # fmt: skip


def test_the_starts_of_a_run_come_newest_first_with_how_they_ended(tmp_path):
    starts = (
        StartRecord("s1", "r1", "2026-01-01", "2026-01-02", "limit", "max_cost"),
        StartRecord("s2", "r1", "2026-01-03"),
    )
    found = paid(tmp_path, starts=starts)["starts"]
    assert [(one["at"], one["outcome"], one["reason"]) for one in found] == [
        ("2026-01-03", "running", ""),
        ("2026-01-01", "limit", "max_cost"),
    ]


def test_a_run_without_a_dialogue_has_figures_of_nothing(tmp_path):
    with ReadOnly(write(tmp_path / "e.db", [])) as db:
        (row,) = detailed_run_documents(db)
    assert (row["ended"], row["statuses"], row["rounds_text"]) == (0, {}, "")
    assert row["figures"]["funnel"]["begun"] == 0
    assert row["figures"]["lengths"] == {}


def test_documents_are_json(tmp_path, reader):
    conversation = conversation_document(reader.conversation("c0"), reader)
    assert json.loads(json.dumps(conversation))["executions"][0]["requirements"] == []
    with ReadOnly(write(tmp_path / "j.db", [Talk(1, ("error", "ok"))])) as db:
        assert json.loads(json.dumps(detailed_run_documents(db)))[0]["rounds"] == {"2": 1}
