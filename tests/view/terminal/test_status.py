import pytest
from store.sample_records import RUN
from support.terminal import shown

from aiev.run.heartbeat import snapshot
from aiev.run.progress import Progress
from aiev.run.status import RunStatus
from aiev.store.records import HeartbeatRecord
from aiev.view.terminal.status import status_view


def status(state, reason="", endpoints=()):
    progress = Progress(total=10)
    progress.statuses.update(accepted=4, discarded=1)
    counters = snapshot(progress) | {"endpoints": list(endpoints)}
    beat = HeartbeatRecord("r1", "", "box", 7, "mark", "running", "", reason=reason, progress=counters)
    return RunStatus(RUN, beat, state, age_seconds=65.0)


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
