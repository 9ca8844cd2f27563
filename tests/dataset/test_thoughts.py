import json

import pytest
from support.dialogues import Talk, write

THOUGHTS = "Let me see: a sum."
TALKS = (
    Talk(1, ("error", "ok"), thoughts=THOUGHTS),
    Talk(2, ("error", "ok"), thoughts=THOUGHTS, inline=True),
)
SHAPES = ("messages", "openai", "sharegpt", "llama-factory", "prompt-completion", "dpo", "kto")
MARKED = f"<think>\n{THOUGHTS}\n</think>\n\n"


@pytest.fixture
def texts(tmp_path, exported, rows):
    """Rows of every shape as text, exported with the given settings."""

    def read(*settings):
        path = write(tmp_path / "thoughts.db", TALKS)
        exported(*SHAPES, path=path, settings=("split.test_share=0", "plain_share=0", "closing=false", *settings))
        return {shape: [json.dumps(row) for row in rows(f"{shape}/train.jsonl")] for shape in SHAPES}

    return read


def test_no_row_holds_thoughts_unless_they_are_asked_for(texts):
    found = texts()
    assert all(len(rows) >= 2 for rows in found.values())
    assert not any("think>" in row or THOUGHTS in row for rows in found.values() for row in rows)


@pytest.mark.parametrize(
    ("family", "marked"),
    [
        ("think", MARKED),
        ("magistral", f"[THINK]{THOUGHTS}[/THINK]"),
        ("kimi", f"◁think▷{THOUGHTS}◁/think▷"),
        ("seed", f"<seed:think>{THOUGHTS}</seed:think>"),
        ("openthinker", f"<|begin_of_thought|>\n\n{THOUGHTS}\n\n<|end_of_thought|>\n\n"),
    ],
)
def test_thoughts_stand_before_what_is_learnt_as_a_family_marks_them(texts, family, marked):
    found = texts(f"reasoning={family}")
    as_text = json.dumps(marked)[1:-1]
    assert all(row.count(as_text) == 1 for shape in SHAPES[:5] for row in found[shape])
    assert all(row.count(as_text) == 2 for row in found["dpo"])  # chosen and rejected


def test_no_prompt_holds_thoughts(texts):
    for row in map(json.loads, texts("reasoning=think")["prompt-completion"]):
        assert THOUGHTS not in json.dumps(row["prompt"])
    for row in map(json.loads, texts("reasoning=think")["kto"]):
        assert THOUGHTS not in json.dumps(row["prompt"])


def test_a_key_in_thoughts_drops_a_dialogue_only_where_thoughts_are_exported(tmp_path, exported):
    path = write(tmp_path / "k.db", [Talk(1, thoughts="key AKIAIOSFODNN7EXAMPLQ of aws")])
    settings = ("split.test_share=0", "secrets=true")
    assert exported(path=path, settings=settings).funnel.kept == 1
    assert exported(path=path, settings=(*settings, "reasoning=think"), out="o").funnel.kept == 0
