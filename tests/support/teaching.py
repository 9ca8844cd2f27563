"""`aiev teach` as real processes against a real endpoint: one dialogue for each of some small functions."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

AIEV = [sys.executable, "-c", "from aiev.cli import main; main(prog_name='aiev')"]
SNIPPET = 'def add_{0}(a, b):\n    """Return the sum of a, b and {0}."""\n    return a + b + {0}\n'
SETTINGS = {
    "model.backend": "openai",
    "model.name": "m",
    "run.workers": 2,
    "dialogue.max_rounds": 1,
    "interpreter.backend": "bubblewrap",
    "interpreter.ready": 0,
    "accept.policy": "tests",
    "questioner.constraint": "off",
    "programmer.constraint": "off",
    "seeds.filters": json.dumps(["exact_duplicates"]),
    "seeds.workers": 1,
}


def write_seeds(folder, count):
    text = "".join(json.dumps({"code": SNIPPET.format(number)}) + "\n" for number in range(count))
    (folder / "seeds.jsonl").write_text(text)


def start(folder, endpoint, *command, db="t.db", **changes):
    """A command of aiev, by default `teach` on the seeds of the folder."""
    settings = SETTINGS | {"model.base_url": endpoint.url} | {key.replace("_", ".", 1): changes[key] for key in changes}
    words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    return subprocess.Popen(
        [*AIEV, *(command or ("teach", "seeds.jsonl", "--db", str(db))), *words, "--json"],
        cwd=folder,
        env=os.environ | {"OPENAI_API_KEY": "sk-hunter2"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process, code, seconds=150):
    """What a command printed; of one that failed, its one line."""
    out, errors = process.communicate(timeout=seconds)
    assert process.returncode == code, errors
    if code == 0:
        return json.loads(out)
    (line,) = [line for line in errors.split("\n") if line.strip()]
    return line


def rows(db, query):
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(query).fetchall()


def dialogues(db):
    """How many have ended, over all starts."""
    return rows(db, "select count(*) from conversations where status in ('accepted', 'discarded')")[0][0]


def status(folder, db="t.db"):
    """What `aiev status` says of the newest run; nothing before it has begun."""
    done = subprocess.run([*AIEV, "status", db, "--json"], cwd=folder, capture_output=True, text=True, check=False)
    return json.loads(done.stdout)[0] if done.returncode == 0 else {"state": "", "pid": 0}


def wait_until(true, seconds=120.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
