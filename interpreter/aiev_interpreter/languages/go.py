"""Go: program, tests and counter form one package `main`, compiled and linked by Go's own tools without a cache.

An assertion is a guard that the tests get past: `if got != want { t.Errorf(…) }`, also with `panic`, `log.Fatal` or
`os.Exit`, and a function of testify's package assert that held. Test functions run under package testing; without test
functions, the `main` of the tests is called. Imports of packages that are not here refer to the program; what the tests
use of the program's imports is imported for them too. Invariant: lines keep their numbers. Not covered: modules, cgo,
`TestMain`, examples, fuzzing, guards written as `switch`.
"""

from __future__ import annotations

import re

from aiev_interpreter.languages import guards, scan
from aiev_interpreter.languages.language import SUPPORT, Language, Plan, Trial
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
_EXIT = re.compile(r"(?<![\w.])os\.Exit(?=\()")
_FUNCTION = r"^func\s+(?:\([^)]*\)\s*)?(\w+)\s*(?:\[[^\]]*\])?\("
_RESULTS = re.compile(r"((?:[^{\n]|interface\s*\{\s*\}|struct\s*\{\s*\})*)\{(?=[^}]|\}\s*$)", re.MULTILINE)
_TYPE_WORD = re.compile(r"(?:chan|func|map|struct|interface)\b")
_OWN_NAMES = """
    archive bufio bytes cmp compress container context crypto database debug embed encoding errors expvar flag
    fmt go hash html image index io iter log maps math mime net os path plugin reflect regexp runtime slices
    sort strconv strings sync syscall testing text time unicode unsafe
"""
_OWN = frozenset(_OWN_NAMES.split())
"""Top-level packages of the standard library."""
_TESTIFY = "github.com/stretchr/testify/"
_READY = "/aiev/go"
"""Folder of the archives that the image holds beside the standard library's."""
_JUDGED = f"""
import aievTestify "{_TESTIFY}assert"

func init() {{ aievTestify.AievJudge = aievHeld }}
"""
_ONE = "package main\n\nfunc One() int { return 1 }"
_TRIAL = 'package main\n\nimport ("testing")\n\nfunc TestOne(t *testing.T) { BODY }'
_TO_STDERR = ("sh", "-c", 'exec "$@" >&2', "go")
"""Sends output to standard error: Go's compiler writes its errors to standard output."""


def plan(program: str, tests: str) -> Plan:
    """Three files, and one call each of the compiler and the linker."""
    prepared = instrumented(tests, program)
    files = {
        "solution.go": gutted(packaged(program, "aievProgramMain")),
        "tests.go": prepared,
        "aiev_main.go": entry(tests),
    }
    if _TESTIFY in tests:
        files["aiev_testify.go"] = f"package main\n{_JUDGED}"
    sources = (f"{SUPPORT}/go/aiev_count.go", *files)
    compiler = (*_TO_STDERR, "go", "tool", "compile", "-I", _READY, "-p", "main", "-o", "main.o", *sources)
    linker = ("go", "tool", "link", "-L", _READY, "-s", "-w", "-o", "tests.out", "main.o")
    return Plan(
        files=files | {"tests.txt": tests},
        compile=(compiler, linker),
        run=("./tests.out",),
        env={"GOFLAGS": "", "GOTELEMETRY": "off"},
    )


def packaged(text: str, main: str) -> str:
    """The text as part of package `main`, with its own `main` renamed."""
    mask = scan.masked(text, _OPAQUE)
    package = next(scan.at_top(mask, _PACKAGE), None)
    found = next(scan.at_top(mask, _MAIN), None)
    edits = [Edit(*package.span(1), "main")] if package else [Edit(0, 0, "package main; ")]
    return scan.edited(text, [*edits, *([Edit(*found.span(1), main)] if found else [])])


def instrumented(tests: str, program: str) -> str:
    """The tests with their guards passed to the counter, and with the imports of the program that they use."""
    tests = _without_foreign(packaged(_lent(tests, program), "aievTestsMain"), program)
    mask = scan.masked(tests, _OPAQUE)
    edits: list[Edit] = []
    for guard in guards.go_guards(tests, mask, _FAILS):
        edits += guard.passed_to(f"aievGuard({guard.outcome}, ", f", {guard.literal(tests)})")
    exits = [Edit(*found.span(), "aievExit") for found in _EXIT.finditer(mask)]
    return scan.edited(tests, [*edits, *exits]) + ("\nvar _ = os.Exit\n" if exits else "")


def gutted(program: str) -> str:
    """The program with a statement at the start of each function by which it can return constants."""
    mask = scan.masked(program, _OPAQUE)
    edits = []
    for found in scan.at_top(mask, _FUNCTION):
        close = scan.closing(mask, found.end() - 1)
        body = _RESULTS.match(mask, close + 1)
        if body and found.group(1) not in {"aievProgramMain", "init"}:
            edits.append(Edit(body.end(), body.end(), f" if aievGutted {{ {_constants(body.group(1).strip())} }}; "))
    return scan.edited(program, edits)


def _constants(results: str) -> str:
    """The statement that returns a constant for each result."""
    inner = results[1:-1] if results.startswith("(") else results
    parts = [part.strip() for part in re.split(r",(?![^(\[{]*[)\]}])", inner) if part.strip()]
    names = [part.split()[0] for part in parts]
    if any(re.fullmatch(r"[a-z_]\w*\s+\S.*", part) and not _TYPE_WORD.match(part) for part in parts):
        return f"aievFill({', '.join(f'&{name}' for name in names if name != '_')}); return"
    return f"return {', '.join(f'aievConstant[{part}]()' for part in parts)}"


def _imports(text: str) -> dict[str, str]:
    """The import specifications of a text, by the name that each gives."""
    mask = scan.masked(text, _OPAQUE)
    specs = [spec for block in _IMPORT.finditer(mask) for spec in _SPEC.finditer(text, *_inside(block))]
    return {spec.group(1) or spec.group(2).rpartition("/")[2]: spec.group() for spec in specs}


def _inside(block: re.Match[str]) -> tuple[int, int]:
    """The span of what an import declaration imports."""
    return block.span(1 if block.group(1) is not None else 2)


def _lent(tests: str, program: str) -> str:
    """The tests with those imports of the program that they use and lack, in the line of their package clause."""
    mask = scan.masked(tests, _OPAQUE)
    own = _imports(tests)
    lent = [
        f"; import {spec}"
        for name, spec in _imports(program).items()
        if name.isidentifier() and name not in own and _used(name, mask) and not re.search(rf"\b{name}\s*:=", mask)
    ]
    package = next(scan.at_top(mask, _PACKAGE), None)
    if package is None:
        return "".join(["package main", *lent, "; ", tests]) if lent else tests
    return scan.edited(tests, [Edit(package.end(), package.end(), "".join(lent))])


def _used(name: str, mask: str) -> bool:
    return bool(re.search(rf"(?<![\w.]){re.escape(name)}\.\w", mask))


def _without_foreign(tests: str, program: str) -> str:
    """The tests without imports of packages that are not here, whose names go too, or that only the program uses."""
    mask, others = scan.masked(tests, _OPAQUE), scan.masked(program, _OPAQUE)
    edits: list[Edit] = []
    for block in _IMPORT.finditer(mask):
        for spec in _SPEC.finditer(tests, *_inside(block)):
            path = spec.group(2)
            name = spec.group(1) or path.rpartition("/")[2]
            known = path.split("/")[0] in _OWN or path.startswith(_TESTIFY)
            if known and (_used(name, mask) or not _used(name, others)):
                continue
            edits.append(Edit(*spec.span(), "" if block.group(1) is not None else "()"))
            edits += [Edit(*found.span(), "") for found in re.finditer(rf"(?<![\w.]){re.escape(name)}\.(?=\w)", mask)]
    return scan.edited(tests, edits)


def entry(tests: str) -> str:
    """The file with the real `main`."""
    mask = scan.masked(tests, _OPAQUE)
    names = list(dict.fromkeys(found.group(1) for found in scan.at_top(mask, _TEST) if found.group(1) != "TestMain"))
    cases = "".join(f'{{Name: "{name}", F: {name}}}, ' for name in names)
    run = f"aievFinish(aievTests([]testing.InternalTest{{{cases}}}))"
    if not names and next(scan.at_top(mask, _MAIN), None):
        run = "aievSpared(aievTestsMain); aievFinish(0)"
    return f'package main\n\nimport "testing"\n\nvar _ testing.InternalTest\n\nfunc main() {{ {run} }}\n'


GO = Language(
    name="go",
    title="Go",
    aliases=("golang",),
    fences=("go", "golang"),
    extension="go",
    packages=("golang-go", "golang-github-stretchr-testify-dev"),
    image_steps=(
        "mkdir -p gopath && cp -rL /usr/share/gocode/src gopath/",
        f"go run testify.go gopath/src/{_TESTIFY}assert",
        f"export GOPATH=$PWD/gopath GO111MODULE=off && go install $(go list -deps {_TESTIFY}... | grep [.])",
        f"mv gopath/pkg/linux_* {_READY} && rm -rf gopath",
    ),
    probe=("go", "version"),
    plan=plan,
    trials=(
        Trial("Go", _ONE, _TRIAL.replace("BODY", "if One() != 1 { t.Fatal() }")),
        Trial(
            "testify",
            _ONE,
            _TRIAL.replace('"testing"', f'"testing"; "{_TESTIFY}assert"').replace("BODY", "assert.Equal(t, 1, One())"),
            lambda _, tests: _TESTIFY in tests,
        ),
    ),
    compile_seconds=30.0,
    compile_memory_bytes=1024 * MIB,
    memory_bytes=64 * MIB,
    mutants={"constant": ("zero", "other")},
)
