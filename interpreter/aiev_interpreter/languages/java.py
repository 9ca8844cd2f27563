"""Java: both texts belong to the default package, so a file can hold any public class.

`public` before a top-level type, package clauses, and imports of the program's own package are blanked. `assert`
statements of the tests are counted and show both sides of their comparison. Stand-ins replace JUnit 4 and 5.
Invariant: lines keep their numbers. Not covered: static imports of own classes, Hamcrest, AssertJ, Mockito.
"""

from __future__ import annotations

import re

from aiev_interpreter.languages import guards, scan
from aiev_interpreter.languages.language import SUPPORT, Language, Plan
from aiev_interpreter.languages.scan import Edit
from aiev_interpreter.protocol import MIB

_BLOCK = r'"""(?:\\[\s\S]|[^\\])*?"""'
_OPAQUE = scan.any_of(scan.LINE_COMMENT, scan.BLOCK_COMMENT, _BLOCK, scan.STRING, scan.CHARACTER)
_TYPE = (
    r"(?:^|(?<=[;}\s]))(?P<before>(?:(?:public|final|abstract|sealed|non-sealed|strictfp)\s+)*)"
    r"(?:class|interface|enum|record|@interface)\s+(?P<name>\w+)"
)
_PACKAGE = r"^[ \t]*package\s+[\w.]+\s*;"
_IMPORT = r"^[ \t]*import\s+(?:static\s+)?[\w.]+(?:\.\*)?\s*;"
_LIBRARY = re.compile(r"\s(?:java|javax|jdk|org\.(?:junit|w3c|xml|hamcrest|assertj|mockito|testng))\.")
_ASSERT = re.compile(r"(?<![\w.@$])assert\b\s*(?=[\s(!\w\"'+-])")
_FAILS = re.compile(r"\bthrow\b|\bSystem\.exit\(\s*[1-9]|(?<![\w.])fail\(")
_EQUALS = re.compile(r"\.equals\s*(?=\()")
_OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xshare:auto")


def plan(program: str, tests: str) -> Plan:
    """Two files; the compiler finds the support classes that they import."""
    files = {"solution.java": unpackaged(program), "tests.java": unpackaged(instrumented(tests))}
    compiler = ("javac", *(f"-J{option}" for option in (*_OPTIONS, "-Xmx512m")), "-nowarn", "-proc:none")
    sources = (f"{SUPPORT}/java/aiev/Run.java", *files)
    places = ("-encoding", "UTF-8", "-implicit:class", "-sourcepath", f"{SUPPORT}/java", "-d", "classes")
    names = [found.group("name") for found in scan.at_top(scan.masked(tests, _OPAQUE), _TYPE)]
    return Plan(
        files=files,
        compile=((*compiler, *places, *sources),),
        run=("java", "-ea", *_OPTIONS, "-Xmx384m", "-cp", "classes", "aiev.Run", *names),
    )


def unpackaged(text: str) -> str:
    """The text as part of the default package, in a file of any name."""
    mask = scan.masked(text, _OPAQUE)
    edits = [Edit(*found.span(), scan.blank(found.group())) for found in scan.at_top(mask, _PACKAGE)]
    foreign = (found for found in scan.at_top(mask, _IMPORT) if not _LIBRARY.search(found.group()))
    edits += [Edit(*found.span(), scan.blank(found.group())) for found in foreign]
    for found in scan.at_top(mask, _TYPE):
        start, end = found.span("before")
        edits.append(Edit(start, end, found.group("before").replace("public", "      ")))
    return scan.edited(text, edits)


def instrumented(tests: str) -> str:
    """The tests with their assert statements and guards passed to the counter."""
    mask = scan.masked(tests, _OPAQUE)
    edits: list[Edit] = []
    for found in _ASSERT.finditer(mask):
        edits += _asserted(tests, mask, found.end())
    for guard in guards.guards(tests, mask, _FAILS):
        if not re.search(r"\binstanceof\b", mask[guard.start : guard.end]):
            inner = recorded(mask, guard.start, guard.end)
            edits += guard.passed_to(f"aiev.Count.guard({guard.outcome}, ", f", {guard.literal(tests)})", inner)
    return scan.edited(tests, edits)


def _asserted(tests: str, mask: str, start: int) -> list[Edit]:
    """`assert a == b : m;` becomes `assert held(l(a) == r(b)) : message("a == b", m);`."""
    end = start + scan.top_level(mask, start, len(mask)).find(";")
    if end < start:
        return []
    colon = _colon(scan.top_level(mask, start, end))
    colon = start + colon if colon >= 0 else -1
    start, stop = scan.trimmed(mask, start, colon if colon >= 0 else end)
    message = f"aiev.Count.message({scan.quoted(tests[start:stop])}"
    condition = scan.wrapped(start, stop, "aiev.Count.held(", ")", recorded(mask, start, stop))
    if colon < 0:
        return [*condition, Edit(end, end, f" : {message})")]
    return [*condition, Edit(colon, colon + 1, f": {message},"), Edit(end, end, ")")]


def _colon(flat: str) -> int:
    """Position of the colon before the detail message of an assert statement; -1 when there is none."""
    open_choices, place = 0, 0
    while place < len(flat):
        if flat.startswith("::", place):
            place += 1
        elif flat[place] == "?":
            open_choices += 1
        elif flat[place] == ":" and open_choices:
            open_choices -= 1
        elif flat[place] == ":":
            return place
        place += 1
    return -1


def recorded(mask: str, start: int, end: int) -> list[Edit]:
    """Edits that record both sides of `a == b`, `a.equals(b)`, or `Objects.equals(a, b)`."""
    found = scan.comparison(mask, start, end)
    if found:
        return _sides((start, found[0]), (found[1], end), mask)
    flat = scan.top_level(mask, start, end)
    calls = list(_EQUALS.finditer(flat))
    if len(calls) != 1 or re.search(r"&&|\|\||\?|[!<>=]=|\binstanceof\b|->", flat) or flat.startswith("!"):
        return []
    opening = start + calls[0].end()
    close = scan.closing(mask, opening)
    if close + 1 != end:
        return []
    receiver = mask[start : start + calls[0].start()]
    comma = scan.top_level(mask, opening + 1, close).find(",")
    if comma >= 0:
        middle = opening + 1 + comma
        return _sides((opening + 1, middle), (middle + 1, close), mask)
    if re.fullmatch(r"[A-Z]\w*", receiver) or "(" in receiver[:1]:
        return []
    return _sides((start, start + len(receiver)), (opening + 1, close), mask)


def _sides(left: tuple[int, int], right: tuple[int, int], mask: str) -> list[Edit]:
    edits = []
    for name, span in (("l", left), ("r", right)):
        start, end = scan.trimmed(mask, *span)
        if mask[start:end] == "null" or "->" in mask[start:end] or "::" in mask[start:end]:
            return []
        edits += scan.wrapped(start, end, f"aiev.Count.{name}(", ")")
    return edits


JAVA = Language(
    name="java",
    title="Java",
    aliases=("jdk", "openjdk"),
    fences=("java",),
    extension="java",
    packages=("default-jdk-headless",),
    probe=("javac", "-version"),
    plan=plan,
    compile_seconds=30.0,
    compile_memory_bytes=1024 * MIB,
    memory_bytes=256 * MIB,
)
