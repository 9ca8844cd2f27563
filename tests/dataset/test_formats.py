import json
from dataclasses import replace

import pytest
from support.dialogues import Talk, write
from support.evidence import give
from support.pairs import PAIRS, prefer

TALKS = (Talk(1), Talk(2, ("error", "ok")), Talk(3, ("error", "timeout", "ok")))
SETTINGS = ["split.test_share=0", "plain_share=0"]


@pytest.fixture
def told(tmp_path, exported, rows):
    """Rows of a format for three dialogues, all for training and all with their execution."""
    path = write(tmp_path / "f.db", TALKS)

    def read(name, *settings):
        exported(name, path=path, settings=[*SETTINGS, *settings])
        return rows(f"{name}/train.jsonl")

    return read


def test_messages_carry_a_flag_each(told):
    for row, talk in zip(told("messages"), TALKS, strict=True):
        roles = [message["role"] for message in row["messages"]]
        assert roles == ["user", "assistant"] * (len(talk.verdicts) + 1)
        flags = [message["train"] for message in row["messages"]]
        assert flags == [False] * (len(flags) - 3) + [True, False, True]


def test_rows_say_where_they_come_from(told):
    row = told("messages")[1]
    assert {name: value for name, value in row.items() if name != "messages"} == {
        "id": "c002",
        "language": "python",
        "licence": "MIT",
        "model": "m",
        "stage": "teach",
        "rounds": 2,
        "verdicts": ["error", "ok"],
        "source": "a.py:1",
        "seed_id": "s-2",
        "executed": True,
    }


def test_openai_rows_hold_nothing_that_the_service_does_not_know(told):
    for row in told("openai", "interpreter_role=tool"):
        assert row.keys() == {"messages"}
        for message in row["messages"]:
            assert message["role"] in {"user", "assistant"}
            assert message.keys() == {"role", "content"} | ({"weight"} if message["role"] == "assistant" else set())
        assert [message["weight"] for message in row["messages"] if "weight" in message][-2:] == [1, 1]


def test_sharegpt_uses_its_own_words(told):
    row = told("sharegpt")[1]
    assert [turn["from"] for turn in row["conversations"]] == ["human", "gpt"] * 3
    assert [turn["train"] for turn in row["conversations"]] == [False, False, False, True, False, True]


def test_llama_factory_rows_alternate_and_end_with_the_one_turn_to_be_learnt(told, tmp_path):
    rows = told("llama-factory", "interpreter_role=tool")
    assert len(rows) == 2 * len(TALKS)
    for row in rows:
        turns = row["conversations"]
        assert [turn["from"] for turn in turns] == ["human", "gpt"] * (len(turns) // 2)
        assert [turn["train"] for turn in turns] == [False] * (len(turns) - 1) + [True]
    info = json.loads((tmp_path / "out/llama-factory/dataset_info.json").read_text())
    assert info["aiev_train"]["file_name"] == "train.jsonl"


def test_completions_are_single_turns_that_passed(told):
    rows = told("prompt-completion")
    assert len(rows) == 2 * len(TALKS)
    for row in rows:
        assert row["prompt"][-1]["role"] == "user"
        assert [message["role"] for message in row["completion"]] == ["assistant"]
        assert "OUTPUT" not in row["completion"][0]["content"]
    assert "Solution 3." in rows[4]["completion"][0]["content"]


def test_pairs_prefer_the_repair_to_each_failure_in_its_context(told):
    rows = told("dpo")
    assert [row["id"] for row in rows] == ["c002", "c003", "c003"]
    assert [len(row["prompt"]) for row in rows] == [1, 1, 3]
    for row in rows:
        assert f"Solution {row['rounds']}." in row["chosen"][0]["content"]
        assert f"Solution {row['rounds']}." not in row["rejected"][0]["content"]


def test_kto_labels_each_program_by_its_verdict(told):
    rows = told("kto", "failures=true")
    assert [row["label"] for row in rows] == [True, False, True, False, False, True]
    assert all(row["completion"][0]["role"] == "assistant" for row in rows)


def test_preferences_lose_nothing_to_the_dialogues_without_execution(told):
    assert told("dpo", "plain_share=1") == told("dpo", "plain_share=0")
    assert [row["executed"] for row in told("messages", "plain_share=1")] == [False] * 3


def test_every_pair_says_what_it_stands_on(tmp_path, exported, rows):
    exported("dpo", path=give(prefer(write(tmp_path / "f.db", TALKS), [7]), {"p007": "verified"}), settings=SETTINGS)
    found = {row["kind"]: row for row in rows("dpo/train.jsonl")}
    assert found.keys() == {"repair", "correctness", "efficiency"}
    right = found["correctness"]
    assert right["prompt"] == [{"role": "user", "content": "Add 7 to x."}]
    assert right["chosen"] == [{"role": "assistant", "content": "```python\ndef f(x):\n    return x + 7\n```"}]
    assert right["rejected"] == [{"role": "assistant", "content": "```python\ndef f(x):\n    return x - 7\n```"}]
    assert (right["gap"], right["chosen_score"], right["rejected_score"]) == (0.75, 4.0, 0.5)
    assert right["rule"] == "passes 100% against 25% of the weight"
    origin = ("id", "run", "stage", "chosen_model", "rejected_model", "evidence")
    assert [right[name] for name in origin] == ["p007", "p1", "codedpo", "m-2", "m-2", "verified"]
    repair = found["repair"]
    assert (repair["gap"], repair["chosen_score"], repair["rejected_score"], repair["run"]) == (1.0, 1.0, 0.0, "r1")
    assert (repair["rule"], repair["evidence"]) == ("passes its tests; before: timeout", "none")


def test_a_program_that_is_chosen_and_rejected_has_no_label(tmp_path, exported, rows):
    pairs = (*PAIRS[:1], replace(PAIRS[1], chosen=2, rejected=0))
    exported("kto", path=prefer(tmp_path / "f.db", [7], pairs), settings=SETTINGS)
    found = [(row["completion"][0]["content"].split("\n")[2].strip(), row["label"]) for row in rows("kto/train.jsonl")]
    assert found == [("return x - 7", False), ("return 7 + 0 + x", True)]
    assert [(row["kind"], row["score"], row["gap"]) for row in rows("kto/train.jsonl")] == [
        ("correctness", 0.5, 0.75),
        ("efficiency", 4.0, 0.3),
    ]


def test_of_sampled_programs_the_best_is_the_answer_in_formats_without_preferences(tmp_path, exported, rows):
    exported("prompt-completion", path=prefer(tmp_path / "f.db", [7]), settings=SETTINGS)
    (row,) = rows("prompt-completion/train.jsonl")
    assert row["prompt"] == [{"role": "user", "content": "Add 7 to x."}]
    assert row["completion"] == [{"role": "assistant", "content": "```python\ndef f(x):\n    return x + 7\n```"}]
    assert (row["executed"], row["verdicts"]) == (False, [])


def test_a_program_of_a_pair_that_holds_a_credential_drops_its_problem(tmp_path, exported, rows):
    key = "AKIA" + "Q3EGWJ5MXB7ZK2LT"
    result = exported("dpo", path=prefer(tmp_path / "f.db", [f"'{key}'"[1:-1]]), settings=SETTINGS)
    assert (result.funnel.dropped, rows("dpo/train.jsonl")) == ({"secret": 1}, [])
