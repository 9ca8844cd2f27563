from aiev.store.reading.runs import RunReader
from aiev.view.documents import conversation_document, run_documents


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
