from aiev.store.reading.runs import RunReader
from aiev.store.student_records import GateRecord, RoundItemRecord, RoundRecord, TrainingRecord
from aiev.view.documents import conversation_document, round_documents, run_documents


def test_the_document_of_a_conversation_has_everything(reader):
    data = conversation_document(reader.conversation("c0"), reader)
    assert [message["role"] for message in data["messages"]][:2] == ["user", "assistant"]
    assert data["executions"][1]["verdict"] == "ok"
    assert data["seed"]["source"] == "a.py:1"


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
