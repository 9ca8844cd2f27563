"""A database that is lost while it is written: one line, exit code 1, and the next run goes on from the rescue file."""

import re
import time
from collections import Counter

import pytest
from support import backends
from support.counting_endpoint import CountingEndpoint
from support.teaching import dialogues, ended, rows, start, write_seeds

ITEMS = 10
LOSSES = {
    "deleted": lambda path: [found.unlink() for found in path.parent.glob("t.db*")],
    "renamed": lambda path: path.rename(path.with_name("elsewhere.db")),
    "replaced": lambda path: (path.with_name("empty.db").touch(), path.with_name("empty.db").replace(path)),
}


@pytest.mark.bubblewrap
@pytest.mark.parametrize("loss", LOSSES)
def test_a_run_stops_in_one_line_and_goes_on_from_the_rescue_file(tmp_path, loss):
    backends.require("bubblewrap")
    write_seeds(tmp_path, ITEMS)
    with CountingEndpoint(latency=0.3) as endpoint:
        run = start(tmp_path, endpoint, db=tmp_path / "t.db")
        endpoint.wait_for(6)
        LOSSES[loss](tmp_path / "t.db")
        began = time.monotonic()
        line = ended(run, 1)
        assert time.monotonic() - began < 20
        rescue = re.search(r"--db (\S+)", line)[1]
        paid, on_their_way = rows(rescue, "select count(*) from requests")[0][0], 2
        assert len(endpoint.seen) - paid <= on_their_way
        ended(start(tmp_path, endpoint, db=rescue), 0)
        assert sum(count - 1 for count in Counter(endpoint.seen).values()) <= on_their_way
    assert dialogues(rescue) == ITEMS
    assert rows(rescue, "pragma integrity_check") == [("ok",)]


@pytest.mark.parametrize("command", ["seeds", "eval"])
def test_other_commands_stop_too(tmp_path, command):
    write_seeds(tmp_path, ITEMS)
    problems = '{"task_id": "%d", "prompt": "def f(a):\\n", "entry_point": "f", "test": "", "canonical_solution": ""}\n'
    (tmp_path / "problems.jsonl").write_text("".join(problems % number for number in range(ITEMS)))
    words = {
        "seeds": ["seeds", "build", "seeds.jsonl", "--out", "s.jsonl", "--db", "t.db"],
        "eval": ["eval", "--benchmark", "humaneval", "--data", "problems.jsonl", "--db", "t.db"],
    }
    with CountingEndpoint(latency=1.0) as endpoint:
        filters = '["exact_duplicates", "docstring_judge"]'
        run = start(tmp_path, endpoint, *words[command], seeds_filters=filters)
        endpoint.wait_for(2)
        (tmp_path / "t.db").unlink()
        line = ended(run, 1)
    assert "t.db was deleted or renamed" in line
    assert rows(tmp_path / re.search(r"--db (\S+)", line)[1], "pragma integrity_check") == [("ok",)]
