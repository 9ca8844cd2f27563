"""Java: both texts belong to the default package, so a file can hold any public class.

`public` before a top-level type, package clauses, and imports of the program's own package are blanked. `assert`
statements of the tests are counted and show both sides of their comparison. Stand-ins replace JUnit 4 and 5. The tests
get the program's imports. Each method of the program can return a constant, in the modes `zero` and `other`.
Invariant: lines keep their numbers. Not covered: static imports of own classes, Hamcrest, AssertJ, Mockito.
"""

from __future__ import annotations

import re

from aiev_interpreter.languages import guards, scan
from aiev_interpreter.languages.language import SUPPORT, Language, Plan, Trial
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
_LIBRARY = re.compile(
    r"\s(?:java|javax|jdk|com\.google\.(?:common|gson)|org\.(?:apache\.commons|junit|w3c|xml|hamcrest|assertj|mockito|testng))\."
)
_JARS = {"com.google.common": "guava", "com.google.gson": "gson", "org.apache.commons.lang3": "commons-lang3"}
"""Jars of Debian by the packages whose names say that they are needed."""
_CLASHING = re.compile(r"\s(?:java\.awt|java\.sql)\.\*")
"""Packages with a `List` or `Date` of their own, which the tests get only if they import no package themselves."""
_ASSERT = re.compile(r"(?<![\w.@$])assert\b\s*(?=[\s(!\w\"'+-])")
_FAILS = re.compile(r"\bthrow\b|\bSystem\.exit\(\s*[1-9]|(?<![\w.])fail\(")
_EXIT = re.compile(r"(?<![\w.])(?:java\.lang\.)?System\.exit(?=\s*\()")
_METHOD = re.compile(r"(?P<type>[\w.]+(?:\s*<[^;{}()]*>)?(?:\s*\[\s*\])*)\s+(?P<name>\w+)\s*(?=\()")
_TAIL = re.compile(r"\s*(?:throws\b[\w\s.,]*)?\{")
_WORDS = """
    public private protected static final abstract synchronized default native new return else throw record case yield
    class interface enum assert instanceof extends implements
"""
_NO_TYPES = frozenset(_WORDS.split())
"""Words before a name that is not a method's."""
_CONTROL = frozenset(("if", "for", "while", "switch", "catch", "synchronized", "try"))
_CONSTANTS = {
    "void": "",
    "boolean|Boolean": "aiev.Gutted.truth()",
    "byte|short|int|long|float|double": "aiev.Gutted.number()",
    "char|Character": "(char) aiev.Gutted.number()",
    "Integer": "(int) aiev.Gutted.number()",
    "Long": "(long) aiev.Gutted.number()",
    "Double": "(double) aiev.Gutted.number()",
    "String": "aiev.Gutted.text()",
    "(?:List|Collection|Iterable)(?:<.*>)?": "aiev.Gutted.items()",
    "Set(?:<.*>)?": "new java.util.HashSet<>(aiev.Gutted.items())",
    "Map(?:<.*>)?": "aiev.Gutted.entries()",
    "Optional(?:<.*>)?": "aiev.Gutted.optional()",
}
"""What a gutted method returns, by a pattern of its type."""
_EQUALS = re.compile(r"\.equals\s*(?=\()")
_OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Xshare:auto")


def plan(program: str, tests: str) -> Plan:
    """Two files; the compiler finds the support classes that they import."""
    lent = lent_imports(program, tests)
    files = {"solution.java": unpackaged(gutted(program)), "tests.java": lent + unpackaged(instrumented(tests))}
    compiler = ("javac", *(f"-J{option}" for option in (*_OPTIONS, "-Xmx512m")), "-nowarn", "-proc:none")
    sources = (f"{SUPPORT}/java/aiev/Run.java", *files)
    jars = [f"/usr/share/java/{jar}.jar" for package, jar in _JARS.items() if package in program + tests]
    path = ":".join(["classes", *jars])
    places = ("-encoding", "UTF-8", "-implicit:class", "-sourcepath", f"{SUPPORT}/java", "-cp", path, "-d", "classes")
    names = [found.group("name") for found in scan.at_top(scan.masked(tests, _OPAQUE), _TYPE)]
    return Plan(
        files=files | {"tests.txt": tests},
        compile=((*compiler, *places, *sources),),
        run=("java", "-ea", *_OPTIONS, "-Xmx384m", "-cp", path, "aiev.Run", *names),
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


def gutted(program: str) -> str:
    """The program with a statement at the start of each method by which it can return a constant, or throw."""
    mask = scan.masked(program, _OPAQUE)
    edits = []
    for found in _METHOD.finditer(mask):
        body = _TAIL.match(mask, scan.closing(mask, found.end()) + 1)
        kind = re.sub(r"\s", "", found.group("type"))
        if body and kind not in _NO_TYPES and found.group("name") not in _CONTROL:
            edits.append(Edit(body.end(), body.end(), f" if (aiev.Gutted.on) {_instead(kind)}; "))
    return scan.edited(program, edits)


def _instead(kind: str) -> str:
    """The statement that a gutted method of this type begins with."""
    kind = kind.removeprefix("java.util.").removeprefix("java.lang.")
    if array := re.fullmatch(r"([\w.]+)\[\](\[\])*", kind):
        return f"return new {array.group(1)}[aiev.Gutted.size()]{array.group(2) or ''}"
    values = (value for pattern, value in _CONSTANTS.items() if re.fullmatch(pattern, kind))
    value = next(values, None)
    return "throw aiev.Gutted.error()" if value is None else f"return {value}"


def lent_imports(program: str, tests: str) -> str:
    """The program's imports of libraries that the tests lack, in one line: people write both as one file."""
    mask = scan.masked(tests, _OPAQUE)
    own = {" ".join(found.group().split()) for found in scan.at_top(mask, _IMPORT)}
    taken = {one.rstrip(" ;").rpartition(".")[2] for one in own} - {"*"}
    taken |= {found.group("name") for found in scan.at_top(mask, _TYPE)}
    found = (" ".join(one.group().split()) for one in scan.at_top(scan.masked(program, _OPAQUE), _IMPORT))
    return "".join(
        f"{one} "
        for one in dict.fromkeys(found)
        if _LIBRARY.search(one)
        and one not in own
        and one.rstrip(" ;").rpartition(".")[2] not in taken
        and not (own and _CLASHING.search(one))
    )


def instrumented(tests: str) -> str:
    """The tests with their assert statements and guards passed to the counter."""
    mask = scan.masked(tests, _OPAQUE)
    edits = [Edit(*found.span(), "aiev.Run.exit") for found in _EXIT.finditer(mask)]
    for found in _ASSERT.finditer(mask):
        edits += _asserted(tests, mask, found.end())
    for guard in guards.guards(tests, mask, _FAILS):
        if not re.search(r"\binstanceof\b", mask[guard.start : guard.end]):
            inner = recorded(mask, guard.start, guard.end)
            edits += guard.passed_to(
                f"aiev.Count.guard({_line(tests, guard.start)}, {guard.outcome}, ", f", {guard.literal(tests)})", inner
            )
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
    condition = scan.wrapped(start, stop, f"aiev.Count.held({_line(tests, start)}, ", ")", recorded(mask, start, stop))
    if colon < 0:
        return [*condition, Edit(end, end, f" : {message})")]
    return [*condition, Edit(colon, colon + 1, f": {message},"), Edit(end, end, ")")]


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


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
    packages=("default-jdk-headless", "libcommons-lang3-java", "libgoogle-gson-java", "libguava-java"),
    probe=("javac", "-version"),
    plan=plan,
    trials=(
        Trial(
            "Java",
            "class Solution { static int one() { return 1; } }",
            "class Tests { public static void main(String[] args) { assert Solution.one() == 1; } }",
        ),
    ),
    compile_seconds=30.0,
    compile_memory_bytes=1024 * MIB,
    memory_bytes=256 * MIB,
    mutants={"constant": ("zero", "other")},
)
