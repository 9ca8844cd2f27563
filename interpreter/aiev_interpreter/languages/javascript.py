"""JavaScript: Node runs the program as a script, and the tests with it; modules are transpiled first.

In the tests, comparisons inside `assert(…)` and the conditions of guards are passed through the counter, so a failure
shows both values. Each assertion notes its line, and can be evaluated on its own (`counting.js`). Against a changed
program, the functions that the tests reach are replaced (`stubs.js`). Not covered: JSX without a transpiler, and
packages other than Node's own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev_interpreter.languages import guards, scan
from aiev_interpreter.languages.guards import Guard
from aiev_interpreter.languages.language import SUPPORT, Language, Plan, Trial
from aiev_interpreter.languages.scan import Edit
from aiev_interpreter.protocol import MIB

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEMPLATE = r"`(?:\\[\s\S]|\$\{(?:[^{}`]|\{[^{}]*\}|`(?:\\[\s\S]|[^`\\])*`)*\}|[^`\\])*`"
_REGEX = r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*"
_QUOTED = r"'(?:\\[\s\S]|[^'\\\n])*'"
_OPAQUE = scan.any_of(scan.LINE_COMMENT, scan.BLOCK_COMMENT, scan.STRING, _QUOTED, _TEMPLATE, _REGEX)
_BEFORE_REGEX = re.compile(r"(?:^|[=(,:;!&|?{}\[+~^%*<>-]|\b(?:return|typeof|case|in|of|void|delete|do|else))\s*\Z")
_MODULE = re.compile(r"^[ \t]*(?:import\b(?!\s*\()|export\b)", re.MULTILINE)
_ASSERT = re.compile(r"(?<![\w$.])(?:assert|assert\.ok|console\.assert|assert\.strict)\s*(?=\()")
_HEAD = r"(?<![\w$.#])(?:console\s*\.\s*assert|t\s*\.\s*assert|{names})(?![\w$])"
_HEADS = {"assert", "expect", "assertEquals", "should"}
_IMPORTED = re.compile(
    r"(?:const|let|var|import)\s+(?:(?:\*\s*as\s+)?(\w+)\s*,?\s*)?(?:\{([^{}]*)\})?\s*(?:=\s*(?:await\s+)?(?:require|import)\s*\(|from)"
    r"\s*['\"](?:node:)?(?:assert(?:/strict)?|chai|expect)['\"]"
)
_CHAIN = re.compile(r"\s*\??\.\s*#?[\w$]+|[ \t]*(?:\?\.)?(?=[(\[])")
_OR_EXITS = re.compile(
    r"(?:^|;)[ \t]*(?P<condition>(?!(?:return|const|let|var|if|else|for|while|await)\b)[^;{}\n?]*?)\s*"
    r"(?:\|\||\?(?![?.])[^;\n]*:)\s*process\s*\.\s*exit\(\s*[1-9]",
    re.MULTILINE,
)
"""`f(1) === 2 || process.exit(1)`, and the same with `? … :`."""
_DECLARES = re.compile(r"(?:\bfunction\s*\*?|\bnew|\bclass)\s*\Z")
_TRY = re.compile(r"(?<![\w$.])try\s*(?=\{)")
_CATCH = re.compile(r"\s*catch\s*(?:\([^()]*\)\s*)?\{")
_STATEMENT = re.compile(r"[;{}\n]\s*\Z")
_GIVES_UP = re.compile(
    r"(?<![\w$.])(?:assert\s*\.\s*fail|expect\s*\.\s*(?:fail|unreachable)|fail|throw|process\s*\.\s*exit)(?![\w$])"
)
_FAILS = re.compile(r"\bthrow\b|\bprocess\.exit\(\s*[1-9]|\bprocess\.exitCode\s*=\s*[1-9]|\bassert\.fail\b")
MODULE_COMPILER = ("node", f"{SUPPORT}/javascript/transpile.js")
STACK = "--stack-size=3900"
"""In KiB, four times V8's, since a call of a method takes more of it while it is observed; the system gives 8 MiB."""
SOURCE = "tests.source"
"""The file with the tests as they were written."""
MUTANTS = {"raises": ("raise",), "constant": ("constant-a", "constant-b")}
PACKAGES = ("nodejs", "node-typescript")


def masked(text: str) -> str:
    """The text without comments, strings, templates and regular expressions."""
    return scan.masked(text, _OPAQUE, _is_literal)


def _is_literal(text: str, found: re.Match[str]) -> bool:
    """Whether a match is a literal: a slash begins a regular expression only where a value can begin."""
    if not found.group().startswith("/") or found.group().startswith(("//", "/*")):
        return True
    return bool(_BEFORE_REGEX.search(text, max(0, found.start() - 40), found.start()))


def plan(program: str, tests: str) -> Plan:
    """The program, the tests as they run and as they were written, and the runner; modules are transpiled first."""
    files = {"solution.js": program, "tests.js": instrumented(tests)}
    modules = [name for name, text in (("solution.js", program), ("tests.js", tests)) if is_module(text)]
    compiling = ((*MODULE_COMPILER, *modules),) if modules else ()
    return Plan(files=files | {SOURCE: tests}, compile=compiling, run=runner("js"))


def is_module(*texts: str) -> bool:
    """Whether one of the texts has an `import` or `export` statement."""
    return any(_MODULE.search(masked(text)) for text in texts)


def runner(extension: str) -> tuple[str, ...]:
    """The command that runs both files."""
    return ("node", STACK, f"{SUPPORT}/javascript/run.js", f"solution.{extension}", f"tests.{extension}")


def instrumented(tests: str) -> str:
    """The tests with what decides about failures passed to the counter."""
    mask = masked(tests)
    edits = list(_expected_errors(mask))
    edits += [edit for span in _asserted(mask) for edit in compared(mask, *span)]
    or_exits = [Guard(*found.span("condition"), wanted=True, printed=False) for found in _OR_EXITS.finditer(mask)]
    for guard in [*guards.guards(tests, mask, _FAILS, ends=";\n"), *or_exits]:
        edits += _guarded(tests, mask, guard)
    for chain in reversed(list(_chains(tests, mask))):  # of two that end in one place, the inner one ends first
        edits += _judged(mask, *chain)
    return scan.edited(tests, edits)


def _guarded(tests: str, mask: str, guard: Guard) -> list[Edit]:
    """Edits by which the condition of a guard is passed to the counter, and evaluated on its own."""
    before = f"__aiev__.guard({_line(mask, guard.start)}, {guard.outcome}, "
    before, after = _alone(mask, guard.start, guard.end, before, str(not guard.wanted).lower())
    inner = compared(mask, guard.start, guard.end)
    return guard.passed_to(before, f"{after}, {guard.literal(tests)})", inner)


def _line(mask: str, place: int) -> int:
    return mask.count("\n", 0, place) + 1


def _alone(mask: str, start: int, end: int, before: str = "", instead: str = "undefined") -> tuple[str, str]:
    """Texts around an expression by which it is evaluated on its own; `instead` is its value after an exception."""
    words = re.search(r"\b(?:await|yield|async|function)\b", mask[start:end])
    if words and words.group() == "yield":
        return before, ""
    if words and words.group() == "await":
        return f"{before}(await __aiev__.awaited(async () => (", f"), {instead}))"
    return f"{before}__aiev__.alone(() => (", f"), {instead})"


def _chains(tests: str, mask: str) -> Iterator[tuple[int, int, list[int]]]:
    """Start and end of each assertion, from its first name to its last call, and where the calls' arguments end."""
    names = _HEADS | {
        name.split(":")[-1].split(" as ")[-1].strip()
        for found in _IMPORTED.finditer(tests)
        for name in [*(found.group(2) or "").split(","), found.group(1) or ""]
    }
    head = re.compile(_HEAD.replace("{names}", "|".join(re.escape(name) for name in sorted(names) if name)))
    for found in head.finditer(mask):
        end, calls = found.end(), []
        while step := _CHAIN.match(mask, end):
            end = step.end()
            if mask[end : end + 1] in {"(", "["}:
                close = scan.closing(mask, end)
                calls += [close] if mask[end] == "(" else []
                end = close + 1
        declared = _DECLARES.search(mask, max(0, found.start() - 20), found.start())
        if calls and not declared and not re.match(r"\s*(?:\{|=>|=[^=])", mask[end:]):
            yield found.start(), end, calls


def _judged(mask: str, start: int, end: int, calls: list[int]) -> list[Edit]:
    """Edits by which an assertion notes its line when it is called, and is evaluated on its own."""
    before, after = _alone(mask, start, end)
    lines = []
    for close in calls:
        written = mask[:close].rstrip()
        comma = "" if written.endswith(("(", ",")) else ", "
        lines.append(Edit(close, close, f"{comma}...__aiev__.line({_line(mask, start)})"))
    return scan.wrapped(start, end, before, after, lines)


def _expected_errors(mask: str) -> Iterator[Edit]:
    """Edits that count an expected error: `try { f(); throw … } catch { … }`, whose `try` ends by giving up."""
    for found in _TRY.finditer(mask):
        close = scan.closing(mask, found.end())
        caught = _CATCH.match(mask, close + 1)
        flat = scan.top_level(mask, found.end() + 1, close)
        gives_up = list(_GIVES_UP.finditer(flat))
        place = found.end() + 1 + (gives_up[-1].start() if gives_up else 0)
        if not caught or not gives_up or not _STATEMENT.search(mask, found.end(), place):
            continue
        yield Edit(place, place, "__aiev__.missed();")
        yield Edit(caught.end(), caught.end(), f"__aiev__.caught({_line(mask, found.start())});")


def _asserted(mask: str) -> list[tuple[int, int]]:
    """The first argument of each plain assertion."""
    spans = []
    for found in _ASSERT.finditer(mask):
        if mask[: found.start()].rstrip().endswith("function"):
            continue
        close = scan.closing(mask, found.end())
        comma = scan.top_level(mask, found.end() + 1, close).find(",")
        spans.append(scan.trimmed(mask, found.end() + 1, close if comma < 0 else found.end() + 1 + comma))
    return spans


def compared(mask: str, start: int, end: int) -> list[Edit]:
    """Edits that make `a === b` into `__aiev__.compare("===", a, b)`."""
    found = scan.comparison(mask, start, end)
    if found is None or re.search(r"\bawait\b.*\bas\b|\byield\b", mask[start:end]):
        return []
    operator = mask[found[0] : found[1]]
    return scan.wrapped(start, end, f'__aiev__.compare("{operator}", ', ")", [Edit(*found, ",")])


JAVASCRIPT = Language(
    name="javascript",
    title="JavaScript",
    aliases=("js", "node", "nodejs", "ecmascript"),
    fences=("javascript", "js", "node", "mjs", "cjs", "jsx"),
    extension="js",
    packages=PACKAGES,
    probe=("node", "--version"),
    plan=plan,
    trials=(
        Trial("JavaScript", "const one = () => 1;", "assert.strictEqual(one(), 1);"),
        Trial("ES modules", "export const one = () => 1;", "assert.strictEqual(one(), 1);", is_module),
    ),
    compile_seconds=20.0,
    compile_memory_bytes=512 * MIB,
    memory_bytes=128 * MIB,
    mutants=MUTANTS,
)
