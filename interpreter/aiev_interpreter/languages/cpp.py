"""C++: program and tests form one translation unit, in which the tests use an `assert` of ours.

Both `main` functions are renamed; that of the tests ends with `return 0`, as a `main` would. If the tests have no
`main`, their functions `test…()` are called. Includes of files in quotes are removed, since both texts are already
together. Not covered: a program that uses the names of the counting namespace.
"""

from __future__ import annotations

import re

from aiev_interpreter.languages import guards, scan
from aiev_interpreter.languages.language import SUPPORT, Language, Plan
from aiev_interpreter.languages.scan import Edit
from aiev_interpreter.protocol import MIB

_RAW = r'R"(?P<mark>[^()\\\s]{0,16})\([\s\S]*?\)(?P=mark)"'
_CHARACTER = r"(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"
_OPAQUE = scan.any_of(_RAW, scan.LINE_COMMENT, scan.BLOCK_COMMENT, scan.STRING, _CHARACTER)
_QUOTED_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]*)"', re.MULTILINE)
_MAIN = r"\b(?:int|signed|auto|void)\s+(main)\s*\("
_TEST = r"^\s*(?:static\s+|inline\s+)*(?:void|int|bool)\s+(test\w*)\s*\(\s*(?:void\s*)?\)\s*\{"
_FAILS = re.compile(r"\bthrow\b|\bexit\(\s*[1-9]|\babort\(|(?:<<|printf|puts)[\s\S]*\breturn\s+(?:1|-1|EXIT_FAILURE)\b")
_DECLARES = re.compile(r";|(?<![=!<>+*/|&^%-])=(?!=)")
_FRAMEWORKS = ("gtest/", "gmock/")
_UNIT = """#include "aiev_count.h"
#define main aiev_program_main
#include "solution.cpp"
#undef main
#define AIEV_TESTS
#include <assert.h>
#define main aiev_tests_main
#include "tests.cpp"
#undef main
int main() { return aiev_::run([]() -> int { ENTRY }); }
"""


def plan(program: str, tests: str) -> Plan:
    """Three files, one call of the compiler."""
    files = {
        "solution.cpp": without_includes(program),
        "tests.cpp": prepared(tests),
        "aiev_main.cpp": _UNIT.replace("ENTRY", entry(tests)),
    }
    options = ("-std=gnu++20", "-O1", "-w", "-pipe", "-pthread", "-fmax-errors=5", "-ftrack-macro-expansion=0")
    command = ("g++", *options, f"-I{SUPPORT}/cpp/include", "aiev_main.cpp", "-o", "tests.out")
    return Plan(files=files, compile=(command,), run=("./tests.out",))


def without_includes(text: str) -> str:
    """The text without includes of the other file. Includes of a test framework find our stand-in."""
    return _QUOTED_INCLUDE.sub(_kept, text)


def _kept(found: re.Match[str]) -> str:
    return found.group() if found.group(1).startswith(_FRAMEWORKS) else scan.blank(found.group())


def prepared(tests: str) -> str:
    """The tests without these includes, with counted guards, and with a `main` that returns a value."""
    tests = without_includes(tests)
    mask = scan.masked(tests, _OPAQUE)
    edits = guarded(tests, mask)
    found = next(scan.at_top(mask, _MAIN), None)
    if found and not found.group().startswith("void"):
        end = scan.closing(mask, mask.find("{", scan.closing(mask, found.end() - 1)))
        edits += [Edit(end, end, " return 0; ")] if end < len(mask) else []
    return scan.edited(tests, edits)


def guarded(tests: str, mask: str) -> list[Edit]:
    """Edits that pass the conditions of guards to the counter, except conditions that declare something."""
    edits: list[Edit] = []
    for guard in guards.guards(tests, mask, _FAILS):
        if not _DECLARES.search(scan.top_level(mask, guard.start, guard.end)):
            before = f"aiev_::guard({guard.outcome}, aiev_::Start{{}} <= "
            edits += guard.passed_to(before, f", {guard.literal(tests)})")
    return edits


def entry(tests: str) -> str:
    """Statements that run the tests: their `main`, else GoogleTest's cases, else each function `test…()`."""
    mask = scan.masked(tests, _OPAQUE)
    if next(scan.at_top(mask, _MAIN), None):
        return "return aiev_::called(aiev_tests_main);"
    if "gtest/gtest.h" in tests:
        return "return RUN_ALL_TESTS();"
    names = [found.group(1) for found in scan.at_top(mask, _TEST)]
    return "".join(f"{name}(); " for name in names) + "return 0;"


CPP = Language(
    name="cpp",
    title="C++",
    aliases=("c++", "cxx", "cc"),
    fences=("cpp", "c++", "cxx", "cc"),
    extension="cpp",
    packages=("g++",),
    probe=("g++", "--version"),
    plan=plan,
    compile_seconds=30.0,
    compile_memory_bytes=1024 * MIB,
)
