import json
import sys

import pytest
from support.filtering import python

from aiev.errors import SetupError
from aiev.seeds.filters.type_check import TypeCheck
from aiev.seeds.snippet import Snippet

WRONG = python("def f(x: int) -> int:\n    return x + 'one'")


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_a_type_checker_drops_what_it_finds_an_error_in(checker):
    if checker == "pyright":
        pytest.importorskip("basedpyright", reason="Pyright is not installed")
    batch = [
        python("def f(x: int) -> int:\n    return x + 1"),
        python("def f(x: int) -> int:\n    return x + 'one'"),
        python("def f(x):\n    import numpy as np\n    return np.zeros(x)"),
        python("def f(x) -> int:\n    return undefined(x)"),
        Snippet("function", "func F() {}", 1, language="go"),
        python("def f(:"),
    ]
    found = TypeCheck(checker).judge(batch)
    assert [drop.reason if drop else None for drop in found] == [None, "type_error", None, "type_error", None, None]
    assert "undefined" in found[3].detail


def test_without_mypy_the_error_names_the_filter_and_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "mypy", None)
    with pytest.raises(SetupError, match=r"the filter `type_check` needs mypy; .*'aiev\[seeds\]'"):
        TypeCheck().judge([WRONG])


def test_a_batch_without_python_needs_no_checker(monkeypatch):
    monkeypatch.setitem(sys.modules, "mypy", None)
    assert TypeCheck().judge([Snippet("function", "func F() {}", 1, language="go"), python("def f(:")]) == [None, None]
    assert TypeCheck().judge([]) == []


def test_a_batch_that_takes_too_long_is_kept():
    assert TypeCheck(seconds=0.01).judge([WRONG]) == [None]


def test_the_error_of_a_drop_is_cut():
    name = "x" * 400
    (drop,) = TypeCheck().judge([python(f"def f():\n    return {name}")])
    assert len(drop.detail) == 200


@pytest.fixture
def pyright(tmp_path, monkeypatch):
    """A program called pyright, alone on the path, that prints what a test wants."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", "/nowhere")

    def says(text):
        program = tmp_path / "bin" / "pyright"
        program.write_text(f"#!/bin/sh\n/bin/cat <<'END'\n{text}\nEND\n")
        program.chmod(0o755)

    return says


def test_pyright_drops_by_its_first_error_and_lets_warnings_pass(pyright):
    found = [
        {"file": "/x/f0.py", "severity": "warning", "message": "odd"},
        {"file": "/x/f1.py", "severity": "error", "message": "first\nof two lines"},
        {"file": "/x/f1.py", "severity": "error", "message": "second"},
    ]
    pyright(json.dumps({"generalDiagnostics": found}))
    kept, dropped = TypeCheck("pyright").judge([python("def f(): pass"), python("def g(): pass")])
    assert kept is None
    assert (dropped.reason, dropped.detail) == ("type_error", "first")


def test_a_pyright_that_does_not_work_is_one_line(pyright):
    pyright("cannot find node\nand much more")
    with pytest.raises(SetupError, match=r"pyright does not work here: cannot find node$"):
        TypeCheck("pyright").judge([WRONG])


@pytest.mark.usefixtures("pyright")
def test_without_pyright_the_error_names_both_ways_out():
    with pytest.raises(SetupError, match=r"needs pyright: pip install basedpyright, or filters\.type_checker = mypy"):
        TypeCheck("pyright").judge([WRONG])
