from collections import Counter

from support.terminal import shown

from aiev.store.student_records import EvaluationRecord
from aiev.view.terminal.evaluations import contamination_rows, evaluation_view

RECORD = EvaluationRecord(
    "e1", "student", "", 2, "small", "h", 24, 3, {}, "docker", "sha256:1", "", pass_at_k={"1": 0.5, "3": 0.75}
)
HIT = {
    "problem": "HumanEval/2",
    "rows": 3,
    "evidence": [{"test": "ngram", "of": "prompt", "similarity": 0.5, "row": "a.jsonl:1", "piece": "def f\x1b"}],
}


def report(hits):
    return {
        "compared": "a.jsonl", "rows": 7, "found": hits, "problems": 24, "tests": {"ngram": hits},
        "pass_at_1": {"without": 0.25, "found": None}, "hits": [HIT] * hits,
    }  # fmt: skip


def test_an_evaluation_shows_scores_verdicts_and_notes():
    text = shown(evaluation_view(RECORD, Counter(ok=3, error=1), [("note", "words")]))
    for part in ("small (student)", "24 of test problems of round 2, 3 samples each", "pass@1 0.500, pass@3 0.750"):
        assert part in text
    assert "error×1  ok×3" in text
    assert "words" in text


def test_contamination_that_was_not_checked_says_how_to_check_it():
    ((name, words),) = contamination_rows(None)
    assert name == "contamination"
    assert "--trained-on" in words


def test_contaminated_problems_are_listed_up_to_a_limit():
    rows = contamination_rows(report(25))
    assert ("contamination", "25 of 24 problems found (25 ngram)") in rows
    assert ("pass@1 without", "0.250 on the -1 clean problems; - on those found") in rows
    assert rows[3] == ("", "HumanEval/2: ngram of prompt 0.50 in a.jsonl:1 and 2 more: def f\\x1b")
    assert rows[-1] == ("", "and 5 more; --json has all")
    assert len(contamination_rows(report(20))) == 3 + 20
