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
