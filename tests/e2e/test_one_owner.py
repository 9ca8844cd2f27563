"""One process at a time makes a run: real processes, a real server that counts, kills and suspensions."""

import os
import signal
import time
from collections import Counter

import pytest
from support import backends
from support.counting_endpoint import CountingEndpoint
from support.teaching import dialogues, ended, rows, start, status, wait_until, write_seeds

ITEMS = 10
pytestmark = pytest.mark.bubblewrap


@pytest.fixture(autouse=True)
def seeds(tmp_path):
    backends.require("bubblewrap")
    write_seeds(tmp_path, ITEMS)


@pytest.fixture
def endpoint():
    with CountingEndpoint(latency=0.3) as opened:
        yield opened


def test_of_two_processes_one_makes_the_run_and_the_other_names_it(tmp_path, endpoint):
    both = [start(tmp_path, endpoint) for _ in range(2)]
    wait_until(lambda: any(one.poll() is not None for one in both))
    refused, owner = sorted(both, key=lambda one: one.poll() is None)
    line = ended(refused, 1)
    assert f"process {owner.pid} on {os.uname().nodename} has been at run " in line
    wait_until(lambda: status(tmp_path)["state"])
    assert (status(tmp_path)["state"], status(tmp_path)["pid"]) == ("running", owner.pid)
    assert sum(ended(owner, 0)["statuses"].values()) == ITEMS
    assert set(Counter(endpoint.seen).values()) == {1}
    assert rows(tmp_path / "t.db", "select outcome from starts") == [("done",)]
    assert rows(tmp_path / "t.db", "select * from leases") == []


def test_different_runs_share_a_file(tmp_path, endpoint):
    both = [start(tmp_path, endpoint, run_seed=seed) for seed in (1, 2)]
    assert [sum(ended(one, 0)["statuses"].values()) for one in both] == [ITEMS, ITEMS]


def test_a_killed_owner_is_followed_at_once_also_when_nobody_has_waited_for_it(tmp_path, endpoint):
    owner = start(tmp_path, endpoint)
    endpoint.wait_for(4)
    owner.kill()
    os.waitid(os.P_PID, owner.pid, os.WEXITED | os.WNOWAIT)  # it is a zombie
    assert status(tmp_path)["state"] == "died"
    ended(start(tmp_path, endpoint), 0)
    assert dialogues(tmp_path / "t.db") == ITEMS
    owner.communicate()


def test_a_suspended_owner_is_followed_when_it_was_silent_for_long_and_writes_nothing_more(tmp_path, endpoint):
    owner = start(tmp_path, endpoint)
    endpoint.wait_for(4)
    owner.send_signal(signal.SIGSTOP)
    wait_until(lambda: status(tmp_path)["state"] == "silent")
    taker = start(tmp_path, endpoint)
    wait_until(lambda: status(tmp_path)["pid"] == taker.pid)
    kept = rows(tmp_path / "t.db", "select * from heartbeats order by started_at")[0]
    owner.send_signal(signal.SIGCONT)
    began = time.monotonic()
    assert f"process {taker.pid} on {os.uname().nodename} took it over" in ended(owner, 1)
    assert time.monotonic() - began < 20
    ended(taker, 0)
    assert dialogues(tmp_path / "t.db") == ITEMS
    assert rows(tmp_path / "t.db", "select * from heartbeats order by started_at")[0] == kept
    again = [name for name, count in Counter(endpoint.seen).items() if count > 1]
    assert len(again) <= 2, "only what was on its way at the suspension may be asked again"


def test_verify_and_the_choice_of_seeds_have_one_owner_too(tmp_path, endpoint):
    judged = {"seeds_filters": '["exact_duplicates", "docstring_judge"]', "run_workers": 1}
    both = [start(tmp_path, endpoint, "seeds", "build", "seeds.jsonl", "--out", f"{n}.jsonl", **judged) for n in (1, 2)]
    wait_until(lambda: any(one.poll() is not None for one in both))
    refused, owner = sorted(both, key=lambda one: one.poll() is None)
    assert f"process {owner.pid} " in ended(refused, 1)
    owner.communicate(timeout=60)
    assert len(endpoint.seen) == ITEMS
    ended(start(tmp_path, endpoint, "teach", "seeds.jsonl", "--db", "v.db"), 0)
    both = [start(tmp_path, endpoint, "verify", "v.db", run_workers=1) for _ in range(2)]
    wait_until(lambda: any(one.poll() is not None for one in both))
    refused, owner = sorted(both, key=lambda one: one.poll() is None)
    assert f"process {owner.pid} " in ended(refused, 1)
    ended(owner, 0)
