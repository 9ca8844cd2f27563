"""What one start of a run came to, as it is printed and as plain data."""

import json
from collections import Counter
from pathlib import Path

import pytest
from support.terminal import shown

from aiev.run.progress import Before, Progress
from aiev.run.result import RunResult
from aiev.store.reading.evidence import EvidenceCounts
from aiev.view.terminal.run_summary import RunSummary


def summary(progress, *, interrupted=False, model="m", evidence=None):
    result = RunResult("r1", progress, "docker", "sha256:1", model)
    return RunSummary(result, Path("t.db"), "9 kept", interrupted, evidence or EvidenceCounts())


def progress(**more):
    statuses, rounds = Counter(accepted=3, discarded=1), Counter({1: 2, 3: 1})
    return Progress(total=4, statuses=statuses, rounds=rounds, verdicts=Counter(ok=3, error=4), **more)


def rows(found):
    lines = [line.split(None, 1) for line in shown(found.table()).splitlines()]
    return {name: rest[0].strip() if rest else "" for name, *rest in lines}


def test_a_finished_start_says_what_it_made_and_what_to_do_next():
    found = rows(summary(progress(requests=9, cost=0.5)))
    assert found["run"] == "r1 in t.db"
    assert found["sandbox"] == "docker (sha256:1)"
    assert found["dialogues"] == "4: 3 accepted, 1 discarded, 0 failed"
    assert found["rounds"] == "1×2  3×1 (of the accepted)"
    assert found["verdicts"] == "error×4  ok×3"
    assert found["next"] == "aiev inspect t.db"
    assert "stopped" not in found


def test_a_sandbox_that_was_not_the_first_choice_says_why():
    result = RunResult("r1", progress(), "bubblewrap", "host-python-3.11", "m", "docker: no base image")
    found = RunSummary(result, Path("t.db"), "9 kept", interrupted=False)
    assert rows(found)["sandbox"] == "bubblewrap (host-python-3.11); docker: no base image"
    assert found.as_dict()["sandbox_notice"] == "docker: no base image"


def test_evidence_is_told_with_the_reasons_of_what_is_not_verified():
    counts = EvidenceCounts(Counter(verified=3), Counter(verified=3, unverified=1), Counter({"too few mutants": 1}))
    found = summary(progress(), evidence=counts)
    assert rows(found)["evidence"] == "3 of 3 accepted are verified; 1 unverified"
    assert "1× too few mutants" in shown(found.table())
    assert found.as_dict()["evidence"]["reasons"] == {"too few mutants": 1}
    assert "evidence" not in rows(summary(progress()))


def test_a_start_that_did_nothing_has_dashes_and_no_cost():
    found = rows(summary(Progress(total=0)))
    assert found["dialogues"] == "0: 0 accepted, 0 discarded, 0 failed"
    assert (found["rounds"], found["verdicts"], found["cost"]) == ("- (of the accepted)", "-", "nothing yet")


def test_dialogues_of_an_earlier_start_are_told_apart():
    assert rows(summary(progress(already=7)))["seeds"] == "9 kept; 7 were done before"
    assert rows(summary(progress()))["seeds"] == "9 kept"


@pytest.mark.parametrize(
    ("stopped", "interrupted", "words"),
    [
        ("", True, "the same command resumes the run"),
        ("limits.max_cost", False, "the same command with a larger limit resumes the run"),
        ("limits.max_cost", True, "the same command with a larger limit resumes the run"),
    ],
)
def test_a_start_that_did_not_end_says_how_to_resume_it(stopped, interrupted, words):
    found = rows(summary(progress(stopped=stopped), interrupted=interrupted))
    assert found["next"] == words
    assert found.get("stopped", "") == stopped


def test_the_document_has_every_counter_and_is_json():
    found = summary(progress(read=10, cached=7, tokens=5, before=Before(tokens=100), retries=2, replayed=3)).as_dict()
    assert json.loads(json.dumps(found))["rounds"] == {"1": 2, "3": 1}
    assert found["tokens"] == {"read": 10, "cached": 7, "written": 5, "run": 115}
    assert (found["retries"], found["replayed"], found["interrupted"]) == (2, 3, False)
    assert (found["db"], found["statuses"]) == ("t.db", {"accepted": 3, "discarded": 1})


def test_tokens_read_are_told_with_the_share_from_the_cache():
    assert rows(summary(progress(read=2000, cached=1500, tokens=5)))["tokens"] == (
        "2,000 read, 75% of them from the cache, 5 written"
    )


def test_a_cost_is_told_for_the_run_over_all_starts():
    cost = summary(progress(requests=9, cost=0.5, before=Before(accepted=1, requests=5, cost=1.5))).as_dict()["cost"]
    assert cost == {
        "so_far": 2.0, "projected": 2.0, "per_accepted": 0.5, "known_part": 2.0, "replies_without_price": 0,
    }  # fmt: skip


def test_a_cost_of_which_a_part_is_unknown_is_null_but_for_the_known_part():
    cost = summary(progress(requests=9, cost=0.5, unpriced=2)).as_dict()["cost"]
    assert (cost["so_far"], cost["projected"], cost["per_accepted"]) == (None, None, None)
    assert (cost["known_part"], cost["replies_without_price"]) == (0.5, 2)


def test_names_with_brackets_are_not_read_as_markup():
    assert rows(summary(progress(), model="[red]m[/red]"))["model"] == "[red]m[/red]"
