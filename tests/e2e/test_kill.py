"""kill -9 at random moments of `aiev teach`: real processes, a real server that counts, the real sandbox.

`AIEV_KILLS=300` makes it hundreds; without, there are few enough for every run of the tests.
"""

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from support import backends
from support.counting_endpoint import CountingEndpoint

KILLS = int(os.environ.get("AIEV_KILLS") or 25)
WORKERS = 4
ITEMS = max(40, KILLS)


class Launcher:
    """`aiev` processes, one at a time."""

    def __init__(self, folder):
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).parents[1] / "support" / "launcher.py")],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"OPENAI_API_KEY": "sk-hunter2"},
        )

    def start(self, arguments):
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        self.pid = int(self._process.stdout.readline())
        self.ended = threading.Event()
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self):
        self.code = int(self._process.stdout.readline())
        self.ended.set()

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        assert self.ended.wait(30)

    def close(self):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@pytest.fixture
def launcher(tmp_path):
    opened = Launcher(tmp_path)
    yield opened
    opened.close()


def command(endpoint, db):
    """`aiev teach` on as many seeds as there are items, alike as they are."""
    settings = {
        "model.backend": "openai",
        "model.name": "m",
        "model.base_url": endpoint.url,
        "run.workers": WORKERS,
        "dialogue.max_rounds": 2,
        "interpreter.backend": "bubblewrap",
        "interpreter.ready": 0,
        "accept.policy": "tests",
        "questioner.constraint": "off",
        "programmer.constraint": "off",
        "seeds.filters": json.dumps(["exact_duplicates"]),
    }
    snippet = 'def add_{0}(a, b):\n    """Return the sum of a, b and {0}."""\n    return a + b + {0}\n'
    Path("seeds.jsonl").write_text("".join(json.dumps({"code": snippet.format(n)}) + "\n" for n in range(ITEMS)))
    words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    return ["teach", "seeds.jsonl", "--limit", str(ITEMS), "--db", db, "--json", *words]


def rows(db, query):
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(query).fetchall()


def journalled(db):
    """Decoding seeds of the requests whose replies are kept."""
    try:
        return {seed for (seed,) in rows(db, "select json_extract(request, '$.sampling.seed') from requests")}
    except sqlite3.OperationalError:
        return set()  # killed before there were tables


def dialogues(db):
    """Everything that makes a dialogue what it is."""
    ended = rows(
        db, "select seed_id, id, status, reason, rounds, problem, program, tests from conversations order by 1"
    )
    said = rows(db, "select conversation_id, position, role, content, train from messages order by 1, 2")
    ran = rows(db, "select conversation_id, round, verdict, assertions from executions order by 1, 2")
    return ended, said, ran


@pytest.mark.bubblewrap
def test_after_any_number_of_kills_the_dialogues_are_those_of_an_unbroken_run(launcher, tmp_path):
    backends.require("bubblewrap")
    rng = random.Random(KILLS)
    with CountingEndpoint() as endpoint:
        launcher.start(command(endpoint, "whole.db"))
        assert launcher.ended.wait(120)
        assert launcher.code == 0, (tmp_path / "out").read_text()
        whole = Counter(endpoint.seen)
        assert set(whole.values()) == {1}
        endpoint.seen.clear()
        kills, again = 0, Counter()
        while kills < KILLS:
            kept, before = journalled("broken.db") if Path("broken.db").exists() else set(), len(endpoint.seen)
            launcher.start(command(endpoint, "broken.db"))
            share = max(1, (len(whole) - len(kept)) // (KILLS - kills + 1))
            due = before + (rng.randint(0, 2 * share) if rng.random() < 0.9 else 0)
            endpoint.wait_for(due, alive=lambda: not launcher.ended.is_set())
            time.sleep(rng.random() * 0.05)
            launcher.kill()
            kills += 1
            asked = endpoint.seen[before:]
            assert not kept & set(asked), "a reply that was kept has been paid for again"
            again.update(set(asked) - journalled("broken.db"))
            if launcher.code == 0:
                break
        launcher.start(command(endpoint, "broken.db"))
        assert launcher.ended.wait(120)
        assert launcher.code == 0, (tmp_path / "out").read_text()[-2000:]
        seen = Counter(endpoint.seen)
    assert kills >= min(KILLS, 10)
    assert dialogues("broken.db") == dialogues("whole.db")
    assert set(seen) == set(whole)
    for seed, count in seen.items():
        assert count <= 1 + again[seed], "a request was sent twice that was not in flight at a kill"
    assert sum(seen.values()) - len(seen) <= WORKERS * kills
    statuses = dict(rows("broken.db", "select status, count(*) from conversations group by 1"))
    assert sum(statuses.values()) == ITEMS
    assert set(statuses) == {"accepted", "discarded"}
