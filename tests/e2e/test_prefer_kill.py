"""kill -9 at any moment of `aiev prefer`: real processes, a real server that counts, the real sandbox."""

import json
from collections import Counter

import pytest
from support import backends
from support.counting_endpoint import CountingEndpoint
from support.talk import PROBLEM
from support.teaching import ended, rows, start

PROBLEMS, PROGRAMS, SUITES, WORKERS = 6, 4, 2, 2
REQUESTS = PROBLEMS * (PROGRAMS + SUITES)


@pytest.mark.bubblewrap
def test_nothing_is_paid_for_or_run_twice(tmp_path):
    backends.require("bubblewrap")
    lines = (json.dumps({"problem": f"{PROBLEM} Number {number}."}) + "\n" for number in range(PROBLEMS))
    (tmp_path / "problems.jsonl").write_text("".join(lines))
    command = ("prefer", "problems.jsonl", "--db", "t.db")
    changes = {
        "seeds_kind": "problem",
        "prefer_programs": PROGRAMS,
        "prefer_tests": SUITES,
        "prefer_efficiency": "false",
        "run_workers": WORKERS,
    }
    with CountingEndpoint(latency=0.05) as endpoint:
        killed = 0
        for moment in (3, 8, 15, 22, 30):
            process = start(tmp_path, endpoint, *command, **changes)
            endpoint.wait_for(moment, alive=lambda process=process: process.poll() is None)
            killed += process.poll() is None
            process.kill()
            process.communicate()
        done = ended(start(tmp_path, endpoint, *command, **changes), 0)
    in_flight = killed * WORKERS * (PROGRAMS + SUITES)
    alike = done["reasons"].get("fewer than two programs", 0)
    assert (done["problems"], done["judged"]) == (PROBLEMS, PROBLEMS - alike)
    assert len(set(endpoint.seen)) == REQUESTS
    assert sum(count - 1 for count in Counter(endpoint.seen).values()) <= in_flight
    assert rows(tmp_path / "t.db", "select count(*) from requests") == [(REQUESTS,)]
    distinct = "select count(*) from (select distinct conversation_id, text from generations where kind = 'program')"
    assert rows(tmp_path / "t.db", "select count(*) from matrices") <= rows(tmp_path / "t.db", distinct)
    assert rows(tmp_path / "t.db", "select count(*) from conversations where status = 'running'") == [(0,)]
    assert rows(tmp_path / "t.db", "pragma integrity_check") == [("ok",)]
