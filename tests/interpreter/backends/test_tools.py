"""A language of which half is missing is an error of the set-up, in words; the program is not blamed.

Real sandboxes, with tools of our own before those of this machine.
"""

import shutil
import tempfile
from pathlib import Path

import pytest
from support import backends

from aiev_interpreter import InterpreterUnavailable, Job, Limits, Matrix, Verdict, open_interpreter
from aiev_interpreter.backends import bubblewrap, request
from aiev_interpreter.backends import tools as tools_of_languages
from aiev_interpreter.settings import InterpreterSettings

pytestmark = pytest.mark.bubblewrap
RUST = "pub fn add(a: i64, b: i64) -> i64 { a + b }", "#[test]\nfn adds() { assert_eq!(add(1, 2), 3); }"
COUNTS = (
    "*solution*) read token mode <&4; [ $mode = sabotage ] && exit 1; "
    'echo "$token {\\"assertions\\": 1, \\"completed\\": true, \\"error\\": \\"\\"}" >&3'
)
"""A runner of JavaScript by which one assertion always holds."""
HALVES = {
    "a g++ that knows no C++20": (
        "cpp",
        {"g++": '[ "$1" = --version ] || { echo "g++: error: unrecognized option -std=gnu++20" >&2; exit 1; }'},
        "unrecognized option -std=gnu++20",
    ),
    "a node without a transpiler": (
        "typescript",
        {"node": 'case "$1" in --version) ;; *) echo "Error: Cannot find module typescript" >&2; exit 1;; esac'},
        "Cannot find module typescript",
    ),
    "a node whose modules are off": (
        "javascript",
        {"node": f'case "$*" in *transpile*) echo "SyntaxError: Unexpected token export" >&2; exit 1;; {COUNTS}; esac'},
        "working ES modules (a right program fails: SyntaxError: Unexpected token export)",
    ),
    "a rustup whose home is closed": (
        "rust",
        {"rustc": 'echo "error: could not create home directory /root/.rustup: Permission denied" >&2; exit 1'},
        "could not create home directory",
    ),
    "a rustc without its library": (
        "rust",
        {"rustc": '[ "$1" = --version ] || { echo "error[E0463]: can\'t find crate for std" >&2; exit 1; }'},
        "can't find crate for std",
    ),
    "a go without compiled packages": (
        "go",
        {"go": '[ "$1" = version ] || { echo "could not import fmt (file not found)"; exit 1; }'},
        "could not import fmt",
    ),
    "a JRE without javac": ("java", {"javac": "exit 127"}, "no Java (javac -version fails)"),
    "a javac without a compiler": (
        "java",
        {"javac": '[ "$1" = -version ] || { echo "error: release version 17 not supported" >&2; exit 2; }'},
        "release version 17 not supported",
    ),
}
"""By what is missing: the language, the tools' scripts, and words of the error."""
PROGRAMS = {
    "cpp": ("int one() { return 1; }", "int main() { assert(one() == 1); }"),
    "typescript": ("const one = 1;", "assert.strictEqual(one, 1);"),
    "javascript": ("export const one = 1;", "assert.strictEqual(one, 1);"),
    "rust": RUST,
    "go": ("package main\n\nvar one = 1", 'package main\n\nimport "testing"\n\nfunc TestOne(t *testing.T) {}'),
    "java": ("class Solution {}", "class Tests { public static void main(String[] a) { assert true; } }"),
}


@pytest.fixture
def tools(monkeypatch):
    """Puts scripts before all tools in the sandbox."""
    backends.require("bubblewrap")
    folder = Path(tempfile.mkdtemp(prefix="aiev-tools-"))  # bubblewrap's user can enter it
    folder.chmod(0o755)
    binds = bubblewrap._binds
    shown = ["--ro-bind", str(folder), "/tools"]
    monkeypatch.setattr(bubblewrap, "_binds", lambda *options: [*binds(*options), *shown])
    monkeypatch.setitem(request.ENVIRONMENT, "PATH", f"/tools:{request.ENVIRONMENT['PATH']}")

    def put(scripts):
        for name, text in scripts.items():
            (folder / name).write_text(f"#!/bin/sh\n{text}\n")
            (folder / name).chmod(0o755)

    yield put
    shutil.rmtree(folder)


@pytest.fixture
async def interpreter(tools):
    opened = await open_interpreter(InterpreterSettings(backend="bubblewrap", ready=0), run_id="tools")
    yield opened
    await opened.close()


@pytest.mark.parametrize("half", HALVES)
async def test_half_a_language_is_told_and_no_program_is_blamed(tools, interpreter, half):
    language, scripts, words = HALVES[half]
    tools(scripts)
    program, tests = PROGRAMS[language]
    with pytest.raises(InterpreterUnavailable) as caught:
        await interpreter.execute(Job(program, tests, language))
    assert words in str(caught.value)
    assert "on this machine" in str(caught.value)
    with pytest.raises(InterpreterUnavailable):
        await interpreter.execute_matrix(Matrix((program,), (tests,), language=language))


async def test_tools_that_hang_are_a_failure_of_the_sandbox_which_is_tried_again(tools, interpreter, monkeypatch):
    monkeypatch.setattr(tools_of_languages, "_LIMITS", Limits(wall_seconds=1.0))
    tools({"bash": "[ $1 = --version ] || exec sleep 60"})
    result = await interpreter.execute(Job("one() { echo 1; }", '[ "$(one)" = 1 ]', "bash"))
    assert result.verdict is Verdict.INFRA
    assert "took too long over a trivial program" in result.detail


async def test_a_script_runs_where_only_modules_lack_their_transpiler(tools, interpreter):
    tools(HALVES["a node whose modules are off"][1])
    result = await interpreter.execute(Job("const one = 1;", "assert.strictEqual(one, 1);", "javascript"))
    assert result.assertions == 1
