"""JavaScript: Node runs the program as a script, and the tests with it; modules are transpiled first.

In the tests, comparisons inside `assert(…)` and the conditions of guards are passed through the counter, so a failure
shows both values. Not covered: JSX without a transpiler, and packages other than Node's own.
"""

from __future__ import annotations

import re

from aiev_interpreter.languages import guards, scan
from aiev_interpreter.languages.language import SUPPORT, Language, Plan
from aiev_interpreter.languages.scan import Edit
from aiev_interpreter.protocol import MIB

_TEMPLATE = r"`(?:\\[\s\S]|\$\{(?:[^{}`]|\{[^{}]*\}|`(?:\\[\s\S]|[^`\\])*`)*\}|[^`\\])*`"
_REGEX = r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*"
_QUOTED = r"'(?:\\[\s\S]|[^'\\\n])*'"
_OPAQUE = scan.any_of(scan.LINE_COMMENT, scan.BLOCK_COMMENT, scan.STRING, _QUOTED, _TEMPLATE, _REGEX)
_BEFORE_REGEX = re.compile(r"(?:^|[=(,:;!&|?{}\[+~^%*<>-]|\b(?:return|typeof|case|in|of|void|delete|do|else))\s*\Z")
_MODULE = re.compile(r"^[ \t]*(?:import\b(?!\s*\()|export\b)", re.MULTILINE)
_ASSERT = re.compile(r"(?<![\w$.])(?:assert|assert\.ok|console\.assert|assert\.strict)\s*(?=\()")
_FAILS = re.compile(r"\bthrow\b|\bprocess\.exit\(\s*[1-9]|\bprocess\.exitCode\s*=\s*[1-9]|\bassert\.fail\b")
_LAST_EXIT = re.compile(r"^process\.exit\((.*)\);?\s*\Z", re.MULTILINE)
MODULE_COMPILER = ("node", f"{SUPPORT}/javascript/transpile.js")
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
    """Two files and the runner; modules are transpiled first."""
    files = {"solution.js": program, "tests.js": instrumented(tests)}
    modules = [name for name, text in (("solution.js", program), ("tests.js", tests)) if _MODULE.search(masked(text))]
    return Plan(files=files, compile=((*MODULE_COMPILER, *modules),) if modules else (), run=runner("js"))


def runner(extension: str) -> tuple[str, ...]:
    """The command that runs both files."""
    return ("node", f"{SUPPORT}/javascript/run.js", f"solution.{extension}", f"tests.{extension}")


def instrumented(tests: str) -> str:
    """The tests with the conditions that decide about failures passed to the counter."""
    mask = masked(tests)
    edits = [edit for span in _asserted(mask) for edit in compared(mask, *span)]
    for guard in guards.guards(tests, mask, _FAILS, ends=";\n"):
        inner = compared(mask, guard.start, guard.end)
        edits += guard.passed_to(f"__aiev__.guard({guard.outcome}, ", f", {guard.literal(tests)})", inner)
    return scan.edited(_without_last_exit(tests, mask), edits)


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


def _without_last_exit(tests: str, mask: str) -> str:
    """The tests with a `process.exit(…)` in their last line replaced by setting the exit code."""
    found = _LAST_EXIT.search(mask)
    if not found:
        return tests
    code = tests[found.start(1) : found.end(1)].strip() or "0"
    return f"{tests[: found.start()]}process.exitCode = ({code});\n"


JAVASCRIPT = Language(
    name="javascript",
    title="JavaScript",
    aliases=("js", "node", "nodejs", "ecmascript"),
    fences=("javascript", "js", "node", "mjs", "cjs", "jsx"),
    extension="js",
    packages=PACKAGES,
    probe=("node", "--version"),
    plan=plan,
    compile_seconds=20.0,
    compile_memory_bytes=512 * MIB,
    memory_bytes=128 * MIB,
)
