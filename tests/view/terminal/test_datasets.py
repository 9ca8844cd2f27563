from collections import Counter
from pathlib import Path

from support.terminal import shown

from aiev.dataset.exported import Exported, Funnel
from aiev.dataset.split import SplitSummary
from aiev.view.terminal.datasets import exported_view, split_view


def exported(**more):
    funnel = Funnel(taken=30, kept=27, dropped=Counter(discarded=2, secret=1))
    return Exported(Path("out"), ["secrets"], ["messages:jsonl"], {"messages/train.jsonl": 25}, funnel, **more)


def test_an_export_shows_what_was_kept_and_each_file():
    text = shown(exported_view(exported()))
    assert "30 taken, 27 kept; dropped: 2 discarded, 1 secret" in text
    assert text.splitlines()[-1].split() == ["messages/train.jsonl", "25"]
    assert "pushed to" not in text


def test_a_checked_and_pushed_export_shows_tokens_and_address():
    tokens = {"messages/train.jsonl": {"tokens": 90, "masked": 60, "trained": 30, "longest": 40}}
    text = shown(exported_view(exported(tokens=tokens, split_tokens=["<run>"]), "https://hub/x"))
    assert "https://hub/x" in text
    assert "<run>: not single tokens of this tokenizer" in text
    assert text.splitlines()[-1].split() == ["messages/train.jsonl", "25", "90", "60", "30", "40"]


def test_an_export_tells_its_evidence_where_there_is_any():
    result = exported()
    result.counts["evidence"] = Counter(verified=20, none=7)
    assert "evidence" not in shown(exported_view(result))
    result.untold = frozenset()
    assert "20 verified, 7 none" in shown(exported_view(result))


def test_a_split_shows_each_language():
    text = shown(split_view(SplitSummary(added=3, seeds={"go": {"train": 9, "test": 1}})))
    assert ["go", "9", "1", "0"] in [line.split() for line in text.splitlines()]
    assert "3 seeds were added now" in text
