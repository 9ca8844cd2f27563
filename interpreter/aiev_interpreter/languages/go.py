"""Go: program, tests and counter form one package `main`, compiled and linked by Go's own tools without a cache.

An assertion is a guard that the tests get past: `if got != want { t.Errorf(…) }`, also with `panic`, `log.Fatal` or
`os.Exit`. Test functions run under package testing; without test functions, the `main` of the tests is called. Imports
of packages outside the standard library refer to the program; a stand-in replaces testify. Invariant: lines keep their
numbers. Not covered: modules, cgo, `TestMain`, examples, fuzzing, guards written as `switch`.
"""

from __future__ import annotations

import re

from aiev_interpreter.languages import guards, scan
from aiev_interpreter.languages.language import SUPPORT, Language, Plan
from aiev_interpreter.languages.scan import Edit
from aiev_interpreter.protocol import MIB

_OPAQUE = scan.any_of(scan.LINE_COMMENT, scan.BLOCK_COMMENT, r"`[^`]*`", scan.STRING, scan.CHARACTER)
_PACKAGE = r"^[ \t]*package[ \t]+(\w+)"
_MAIN = r"^func\s+(main)\s*\(\s*\)"
_TEST = r"^func\s+(Test(?:[^a-z\s(]\w*)?)\s*\("
_IMPORT = re.compile(r"^[ \t]*import\s*(?:\(([^)]*)\)|([^\n;]*))", re.MULTILINE)
_SPEC = re.compile(r'(?:(\w+|\.)\s+)?"([^"\n]+)"')
_FAILS = re.compile(
    r"\b\w+\.(?:Error(?!\(\s*\))|Errorf|Fatal|Fatalf|Fail|FailNow|Fatalln|Panic|Panicf|Panicln)\(|\bpanic\(|\bos\.Exit\(\s*[1-9]"
)
_OWN_NAMES = """
    archive bufio bytes cmp compress container context crypto database debug embed encoding errors expvar flag
    fmt go hash html image index io iter log maps math mime net os path plugin reflect regexp runtime slices
    sort strconv strings sync syscall testing text time unicode unsafe
"""
_OWN = frozenset(_OWN_NAMES.split())
"""Top-level packages of the standard library."""
_TO_STDERR = ("sh", "-c", 'exec "$@" >&2', "go")
"""Sends output to standard error: Go's compiler writes its errors to standard output."""


def plan(program: str, tests: str) -> Plan:
    """Three files, and one call each of the compiler and the linker."""
    prepared, frameworks = instrumented(tests)
    files = {"solution.go": packaged(program, "aievProgramMain"), "tests.go": prepared, "aiev_main.go": entry(tests)}
    support = [f"{SUPPORT}/go/aiev_count.go"]
    if frameworks:
        support.append(f"{SUPPORT}/go/aiev_assert.go")
        files["aiev_main.go"] += "".join(
            f"\nvar {name} = aievAssert{{fatal: {str(name == 'require').lower()}}}" for name in frameworks
        )
    compiler = (*_TO_STDERR, "go", "tool", "compile", "-p", "main", "-o", "main.o", *support, *files)
    linker = ("go", "tool", "link", "-s", "-w", "-o", "tests.out", "main.o")
    return Plan(
        files=files, compile=(compiler, linker), run=("./tests.out",), env={"GOFLAGS": "", "GOTELEMETRY": "off"}
    )


def packaged(text: str, main: str) -> str:
    """The text as part of package `main`, with its own `main` renamed."""
    mask = scan.masked(text, _OPAQUE)
    package = next(scan.at_top(mask, _PACKAGE), None)
    found = next(scan.at_top(mask, _MAIN), None)
    edits = [Edit(*package.span(1), "main")] if package else [Edit(0, 0, "package main; ")]
    return scan.edited(text, [*edits, *([Edit(*found.span(1), main)] if found else [])])


def instrumented(tests: str) -> tuple[str, list[str]]:
    """The tests with their guards passed to the counter, and the names of the frameworks that they use."""
    tests, frameworks = _without_foreign(packaged(tests, "aievTestsMain"))
    mask = scan.masked(tests, _OPAQUE)
    edits: list[Edit] = []
    for guard in guards.go_guards(tests, mask, _FAILS):
        edits += guard.passed_to(f"aievGuard({guard.outcome}, ", f", {guard.literal(tests)})")
    return scan.edited(tests, edits), frameworks


def _without_foreign(tests: str) -> tuple[str, list[str]]:
    """The tests without imports from outside the standard library, and without the names of those packages."""
    mask = scan.masked(tests, _OPAQUE)
    edits: list[Edit] = []
    frameworks: list[str] = []
    names: list[str] = []
    for block in _IMPORT.finditer(mask):
        for spec in _SPEC.finditer(tests, block.start(), block.end()):
            path = spec.group(2)
            if path.split("/")[0] in _OWN:
                continue
            name = spec.group(1) or path.rpartition("/")[2]
            (frameworks if "testify" in path else names).append(name)
            edits.append(Edit(*spec.span(), "" if block.group(1) is not None else "()"))
    for name in names:
        edits += [Edit(*found.span(), "") for found in re.finditer(rf"(?<![\w.]){re.escape(name)}\.(?=\w)", mask)]
    return scan.edited(tests, edits), [name for name in frameworks if name in {"assert", "require"}]


def entry(tests: str) -> str:
    """The file with the real `main`."""
    mask = scan.masked(tests, _OPAQUE)
    names = list(dict.fromkeys(found.group(1) for found in scan.at_top(mask, _TEST) if found.group(1) != "TestMain"))
    cases = "".join(f'{{Name: "{name}", F: {name}}}, ' for name in names)
    run = f"aievFinish(aievTests([]testing.InternalTest{{{cases}}}))"
    if not names and next(scan.at_top(mask, _MAIN), None):
        run = "aievTestsMain(); aievFinish(0)"
    return f'package main\n\nimport "testing"\n\nvar _ testing.InternalTest\n\nfunc main() {{ {run} }}\n'


GO = Language(
    name="go",
    title="Go",
    aliases=("golang",),
    fences=("go", "golang"),
    extension="go",
    packages=("golang-go",),
    probe=("go", "version"),
    plan=plan,
    compile_seconds=30.0,
    compile_memory_bytes=1024 * MIB,
    memory_bytes=64 * MIB,
)
