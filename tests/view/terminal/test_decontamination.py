from aiev.view.terminal.decontamination import decontamination_text

HIT = {"benchmark": "humaneval", "item": "2", "test": "ngram", "of": "prompt", "similarity": 0.5, "piece": "a\x1b[0m"}
REPORT = {
    "against": [{"benchmark": "humaneval", "items": 164}], "rows": 3, "clean": 2, "contaminated": 1,
    "tests": {"ngram": 1}, "found": [{"row": "a.jsonl:1", "hits": [HIT, HIT]}],
}  # fmt: skip


def test_each_contaminated_row_is_a_line_and_the_counts_follow():
    assert decontamination_text(REPORT).splitlines() == [
        "a.jsonl:1: humaneval 2: ngram of prompt 0.50 (and 1 more): a\\x1b[0m",
        "3 rows against humaneval (164 items): 2 clean, 1 contaminated",
        "rows by test: 1 ngram",
    ]


def test_clean_files_have_one_line():
    clean = REPORT | {"found": [], "tests": {}, "clean": 3, "contaminated": 0}
    assert decontamination_text(clean) == "3 rows against humaneval (164 items): 3 clean, 0 contaminated"
