"""`aiev seeds build` from end to end: files in, seeds and a report out."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from aiev.cli import main
from aiev.store.reading.texts import TextReader

AIEV = Path(sys.executable).parent / "aiev"
GOOD = 'def twice(x):\n    """Return {n} * x."""\n    return {n} * x\n'


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    (folder / "tests").mkdir(parents=True)
    (folder / "LICENSE").write_text("Permission is hereby granted, free of charge, to any person")
    for n in range(20):
        (folder / f"{n:02}.py").write_text(GOOD.format(n=n))
    (folder / "tests" / "a.py").write_text(GOOD.format(n=99))
    (folder / "same.py").write_text(GOOD.format(n=1))
    (folder / "mail.py").write_text(GOOD.format(n="'jane.doe@megacorp.io'"))
    (folder / "bad.py").write_bytes(b"\xff\xfe")
    return folder


def build(*arguments):
    return CliRunner().invoke(main, ["seeds", "build", *map(str, arguments)])


def test_seeds_go_into_every_kind_of_file_with_a_report(tree, tmp_path):
    made = {}
    for name in ("seeds.jsonl", "seeds.parquet", "seeds.db"):
        result = build(tree, "--out", tmp_path / name, "--json", "--report", tmp_path / "report.json")
        assert result.exit_code == 0, result.output
        made[name] = json.loads(result.stdout)
        assert made[name] == json.loads((tmp_path / "report.json").read_text())
    report = made["seeds.jsonl"]
    assert report["candidates"] == {
        "in": 22,
        "kept": 20,
        "dropped": {"personal_data": 1, "duplicate": 1},
        "balances": True,
    }
    assert [stage["filter"] for stage in report["filters"]] == ["personal_data", "exact_duplicates"]
    assert report["files_and_rows"]["passed_over"] == {"not_source": 1, "test_file": 1, "invalid_text": 1}
    assert report["found"] == [{"reason": "personal_data", "kind": "email", "count": 2}]
    assert report["licences"] == {"MIT": 20}
    assert (report["written"], report["unreadable"]["count"]) == (20, 1)
    rows = [json.loads(line) for line in (tmp_path / "seeds.jsonl").read_text().splitlines()]
    with TextReader.open(tmp_path / "seeds.db") as reader:
        assert [seed.id for seed in reader.seeds()] == [row["id"] for row in rows]


def test_the_terminal_shows_the_funnel(tree, tmp_path):
    result = build(tree, "--out", tmp_path / "seeds.jsonl")
    assert result.exit_code == 0, result.output
    shown = " ".join(result.stdout.split())
    for words in ("exact_duplicates", "1 duplicate", "kept + dropped = in", "MIT 20", "2 email", "bad.py: inv"):
        assert words in shown
    assert "megacorp" not in result.output


def test_a_sample_is_drawn_by_its_seed(tree, tmp_path):
    drawn = []
    for seed in (1, 1, 2):
        assert build(tree, "--out", tmp_path / "a.jsonl", "--limit", 5, "--seed", seed).exit_code == 0
        drawn.append((tmp_path / "a.jsonl").read_text())
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0].splitlines()) == 5


def test_filters_are_taken_in_the_order_that_is_configured(tree, tmp_path):
    order = 'seeds.filters=["exact_duplicates", "personal_data"]'
    report = json.loads(build(tree, "--out", tmp_path / "a.jsonl", "--set", order, "--json").stdout)
    assert [stage["filter"] for stage in report["filters"]] == ["exact_duplicates", "personal_data"]
    assert "test_file" not in report["files_and_rows"]["passed_over"]
    assert report["candidates"]["in"] == 23


def test_a_seed_file_goes_through_again_unchanged(tree, tmp_path):
    assert build(tree, "--out", tmp_path / "a.jsonl").exit_code == 0
    assert build(tmp_path / "a.jsonl", "--out", tmp_path / "b.jsonl").exit_code == 0
    assert (tmp_path / "a.jsonl").read_text() == (tmp_path / "b.jsonl").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "--out", "a.jsonl"], "no such seed source: nowhere"),
        (["tree", "--out", "a.txt"], "the ending says how seeds are written"),
        (["tree", "--out", "no/folder/a.jsonl"], "there is no folder no/folder"),
        (["tree", "--out", "a.jsonl", "--set", 'seeds.filters=["sise"]'], "no filter 'sise'"),
        (["tree", "--out", "a.jsonl", "--column", "colour=x"], "column 'colour=x'"),
        (["tree", "--out", "a.jsonl", "--language", "go"], "no seeds in tree: 0 candidates"),
        (["hf:/nowhere/at/all", "--out", "a.jsonl"], "hf:/nowhere/at/all: cannot open split 'train'"),
    ],
)
def test_every_mistake_is_one_line_and_exit_code_2(tree, monkeypatch, arguments, words):
    monkeypatch.chdir(tree.parent)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    result = build(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tree.parent / "a.jsonl").exists()


def test_standard_input_is_a_source(tmp_path):
    rows = "".join(json.dumps({"code": GOOD.format(n=n)}) + "\n" for n in range(3))
    done = subprocess.run(
        [AIEV, "seeds", "build", "-", "--out", "a.jsonl", "--json"],
        input=rows,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["written"] == 3


def _heeds_ctrl_c():
    """What a shell starts in the background ignores it, and so do its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_leaves_no_half_file_and_no_traceback(tmp_path):
    running = subprocess.Popen(
        [AIEV, "seeds", "build", "-", "--out", "a.jsonl"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        text=True,
        preexec_fn=_heeds_ctrl_c,  # noqa: PLW1509 - there is no other way, and it takes no lock
    )
    running.stdin.writelines(json.dumps({"code": GOOD.format(n=n)}) + "\n" for n in range(2000))
    running.stdin.flush()
    deadline = time.monotonic() + 60
    while not (tmp_path / ".a.jsonl.part").exists():
        assert time.monotonic() < deadline, "it has not begun to write"
        time.sleep(0.05)
    os.kill(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in errors
    assert not list(tmp_path.glob("*a.jsonl*"))


def test_workers_end_with_a_main_process_that_is_killed(tmp_path):
    for n in range(400):
        (tmp_path / f"{n}.py").write_text(GOOD.format(n=n) * 50)
    running = subprocess.Popen(
        [AIEV, "seeds", "build", tmp_path, tmp_path, tmp_path, "--out", "a.jsonl", "--set", "seeds.workers=2"],
        cwd=tmp_path,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while len(others := members(running.pid)) < 4 and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    running.kill()
    running.wait()
    assert others
    while members(running.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not members(running.pid)


def members(session):
    """Processes of a session that have not ended."""
    found = subprocess.run(["ps", "-s", str(session), "-o", "pid=,stat="], capture_output=True, text=True, check=False)
    return [line for line in found.stdout.splitlines() if "Z" not in line]
