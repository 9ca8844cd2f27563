from collections import Counter

import pytest
from store.sample_records import RUN
from support.terminal import shown

from aiev.run.heartbeat import snapshot
from aiev.run.progress import Progress
from aiev.run.status import RunStatus
from aiev.store.reading.evidence import EvidenceCounts
from aiev.store.records import HeartbeatRecord
from aiev.view.terminal import status as module
from aiev.view.terminal.status import status_view


def status(state, reason="", endpoints=(), evidence=None):
    progress = Progress(total=10)
    progress.statuses.update(accepted=4, discarded=1)
    counters = snapshot(progress) | {"endpoints": list(endpoints)}
    beat = HeartbeatRecord("r1", "", "box", 7, "mark", "running", "", reason=reason, progress=counters)
    return RunStatus(RUN, beat, state, age_seconds=65.0, evidence=evidence or EvidenceCounts())


def test_a_status_tells_how_many_are_verified_and_why_others_are_not():
    counts = EvidenceCounts(
        Counter(verified=3, none=1), Counter(verified=3, unverified=2), Counter({"too few mutants \x1b": 2})
    )
    text = shown(status_view(status("running", evidence=counts)))
    assert "3 of 4 accepted are verified; 2 unverified" in text
    assert "2× too few mutants \\x1b" in text
    assert "verified" not in shown(status_view(status("running")))
    assert status("running", evidence=counts).as_dict()["evidence"]["statuses"] == {"verified": 3, "unverified": 2}


def test_a_status_shows_the_panel_the_process_and_each_endpoint():
    endpoint = {"address": "http://a/v1", "state": "open", "in_flight": 0, "answered": 3, "failed": 9}
    text = shown(status_view(status("running", endpoints=[endpoint | {"last_error": "refused \x1b[31m"}])))
    assert "aiev teach · m · run r1 · running" in text
    assert "4 accepted  1 discarded" in text
    assert "process 7 on box, last heartbeat 1 min 05 s ago" in text
    assert "http://a/v1: open, 0 in flight, 3 answered, 9 failed; last error: refused \\x1b[31m" in text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("died", "the same command resumes the run"),
        ("stopped", "stopped: cost limit"),
        ("failed", "the same command resumes the run"),
        ("silent", "is the disk full"),
    ],
)
def test_a_run_that_is_not_well_comes_with_advice(state, words):
    assert words in shown(status_view(status(state, reason="cost limit"))).replace("\n", " ")


def test_a_run_that_is_done_needs_no_advice():
    assert "resumes" not in shown(status_view(status("finished")))


def test_active_runs_are_shown_alone_and_without_one_the_newest():
    found = [status("finished", reason="first"), status("running", reason="second"), status("silent", reason="third")]
    text = shown(module._views(found))
    assert "first" not in text
    assert "second" in text
    assert "third" in text
    assert "first" in shown(module._views(found[:1]))


def looks(monkeypatch, *found):
    """Let `follow` find these statuses, one after the other; returns how often it looked."""
    seen, left = [], list(found)

    def run_statuses(db, prefix):
        seen.append((db, prefix))
        return [left.pop(0)]

    monkeypatch.setattr(module, "run_statuses", run_statuses)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.0)
    return seen


def test_a_run_is_followed_until_it_is_not_active_and_its_end_is_shown(monkeypatch, capsys, tmp_path):
    seen = looks(monkeypatch, status("running"), status("silent"), status("finished"), status("running"))
    module.follow(tmp_path / "t.db", "r")
    assert seen == [(tmp_path / "t.db", "r")] * 3
    assert "run r1 · finished" in capsys.readouterr().out


def test_a_run_that_has_ended_is_looked_at_once(monkeypatch, tmp_path):
    seen = looks(monkeypatch, status("failed"))
    module.follow(tmp_path / "t.db")
    assert len(seen) == 1


def test_ctrl_c_ends_the_following_and_not_the_program(monkeypatch, tmp_path):
    seen = looks(monkeypatch, status("running"))

    def interrupt(_seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(module.time, "sleep", interrupt)
    module.follow(tmp_path / "t.db")
    assert len(seen) == 1
