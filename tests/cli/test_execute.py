import json
import os

import pytest
from support.command_line import assert_one_line


def test_execute_prints_the_typed_result(aiev, tmp_path):
    (tmp_path / "p.py").write_text("def f():\n    return 1\n")
    (tmp_path / "good.py").write_text("assert f() == 1\n")
    (tmp_path / "bad.py").write_text("assert f() == 2\n")
    good = aiev("execute", "--program", "p.py", "--tests", "good.py", "--json")
    assert good.exit_code == 0, good.stderr
    result = json.loads(good.stdout)
    assert (result["verdict"], result["assertions"], result["exit_code"]) == ("ok", 1, 0)
    assert {"stdout", "stderr", "seconds", "backend", "image"} <= set(result)
    bad = aiev("execute", "--program", "p.py", "--tests", "bad.py", "--json")
    assert bad.exit_code == 1
    assert json.loads(bad.stdout)["verdict"] == "error"


def test_no_sandbox_at_all_is_one_line_and_nothing_runs_without_one(aiev, tmp_path):
    (tmp_path / "p.py").write_text("open('escaped', 'w').write('x')\n")
    (tmp_path / "t.py").write_text("assert True\n")
    broken = tmp_path / "bin"
    broken.mkdir()
    (broken / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    (broken / "bwrap").chmod(0o755)
    paths = {"PATH": f"{broken}:{os.environ['PATH']}", "DOCKER_HOST": "tcp://127.0.0.1:9"}
    done = aiev("execute", "--program", "p.py", "--tests", "t.py", **paths)
    assert_one_line(done, 1, "no sandbox works here", "docker", "bubblewrap", "namespace")
    assert not (tmp_path / "escaped").exists()


@pytest.mark.parametrize(
    ("kind", "words"), [("folder", "Is a directory"), ("bytes", "can't decode"), ("none", "No such")]
)
def test_a_file_that_cannot_be_read_is_a_usage_error(aiev, tmp_path, kind, words):
    (tmp_path / "good.py").write_text("x = 1\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    assert_one_line(aiev("execute", "--program", kind, "--tests", "good.py"), 2, f"cannot read {kind}", words)
    assert_one_line(aiev("execute", "--program", "good.py", "--tests", kind), 2, f"cannot read {kind}", words)


def test_a_language_that_nobody_speaks_is_a_usage_error(aiev):
    assert_one_line(aiev("execute", "--program", "p", "--tests", "t", "--language", "cobol"), 2, "--language", "cobol")


def test_a_refused_package_is_told_and_the_program_runs_without_it(aiev, tmp_path):
    (tmp_path / "p.py").write_text("x = 1\n")
    (tmp_path / "t.py").write_text("assert x == 1\n")
    done = aiev("execute", "--program", "p.py", "--tests", "t.py", "--install", "pip install ./evil")
    assert "aiev: not installed: " in done.stderr
    assert done.exit_code == 0
    assert done.stdout.startswith("ok")


def evidence_of(aiev, tmp_path, program, tests):
    (tmp_path / "p.py").write_text(program)
    (tmp_path / "t.py").write_text(tests)
    done = aiev("execute", "--program", "p.py", "--tests", "t.py", "--evidence", "--json")
    return json.loads(done.stdout)["evidence"]


SQUARE = "def square(x):\n    return x * x\n"


def test_evidence_says_whether_the_tests_find_out_mutants(aiev, tmp_path):
    found = evidence_of(
        aiev, tmp_path, SQUARE, "assert square(3) == 9\nassert square(-2) == 4\nassert square(0) == 0\n"
    )
    assert found["verified"] is True
    assert found["mutants_killed"] == found["mutants"] > 0
    assert (found["lines_run"], found["lines"]) == (found["lines"], found["lines"])


@pytest.mark.parametrize(
    ("program", "tests"),
    [
        (SQUARE, "assert square(0) == 0\n"),
        ("def square(x):\n    return 4\n", "assert square(2) == 4\n"),
        ("def odd(x):\n    return False\n", "assert not odd(2)\nassert not odd(8)\n"),
        ("def square(x):\n    return {2: 4, 3: 9}[x]\n", "assert square(2) == 4\nassert square(3) == 9\n"),
        ("import time\n\ndef square(x):\n    return x * x if x < 5 else time.time_ns()\n", "assert square(3) == 9\n"),
    ],
    ids=["trivial-input", "constant", "constant-of-truth", "lookup", "unstable"],
)
def test_what_only_evidence_can_tell_is_not_verified(aiev, tmp_path, program, tests):
    found = evidence_of(aiev, tmp_path, program, tests)
    assert found["verified"] is False
    assert found["detail"]["reasons"]


def test_a_program_that_fails_has_no_evidence(aiev, tmp_path):
    (tmp_path / "p.py").write_text(SQUARE)
    (tmp_path / "t.py").write_text("assert square(3) == 8\n")
    done = aiev("execute", "--program", "p.py", "--tests", "t.py", "--evidence", "--json")
    assert "evidence" not in json.loads(done.stdout)


def test_a_problem_without_evidence_is_a_usage_error(aiev, tmp_path):
    (tmp_path / "p.py").write_text(SQUARE)
    done = aiev("execute", "--program", "p.py", "--tests", "p.py", "--problem", "p.py")
    assert_one_line(done, 2, "--problem is for --evidence")
