"""C++: program and tests form one translation unit, in which the tests use an `assert` of ours.

Both `main` functions are renamed; that of the tests ends with `return 0`, as a `main` would. If the tests have no
`main`, their functions `test…()` are called. Includes of files in quotes are removed, since both texts are already
together. GoogleTest and GoogleMock are the real ones. Each function of the program begins with a macro by which it
returns a constant in the modes `zero` and `other`. Our headers come before the program, so its macros change only what
stands below them in the tests, as they would in one file. Not covered: a program that uses the counter's names.
"""

from __future__ import annotations

import re

from aiev_interpreter.languages import guards, scan
from aiev_interpreter.languages.language import SUPPORT, Language, Plan, Trial
from aiev_interpreter.languages.scan import Edit
from aiev_interpreter.protocol import MIB

_RAW = r'R"(?P<mark>[^()\\\s]{0,16})\([\s\S]*?\)(?P=mark)"'
_CHARACTER = r"(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"
_OPAQUE = scan.any_of(_RAW, scan.LINE_COMMENT, scan.BLOCK_COMMENT, scan.STRING, _CHARACTER)
_QUOTED_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]*)"', re.MULTILINE)
_MAIN = r"\b(?:int|int32_t|signed|auto|void)\s+(main)\s*\("
_TEST = r"^\s*(?:static\s+|inline\s+)*(?:void|int|bool)\s+(test\w*)\s*\(\s*(?:void\s*)?\)\s*\{"
_FAILS = re.compile(r"\bthrow\b|\bexit\(\s*[1-9]|\babort\(|(?:<<|printf|puts)[\s\S]*\breturn\s+(?:1|-1|EXIT_FAILURE)\b")
_DECLARES = re.compile(r";|(?<![=!<>+*/|&^%-])=(?!=)")
_SYSTEM_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*<[^>\n]*>", re.MULTILINE)
_KEYWORD_MACRO = re.compile(
    r"^[ \t]*#[ \t]*define[ \t]+(?:int|long|short|char|float|double|unsigned|signed)\b", re.MULTILINE
)
_EXIT = re.compile(r"(?<![\w:.>])(?:std::|::)?exit(?=\s*\()")
_FRAMEWORKS = {"gtest/gtest.h": ("-lgtest",), "gmock/gmock.h": ("-lgmock", "-lgtest")}
"""Libraries by the header that needs them."""
_HEAD = re.compile(r"(?P<type>[\w:]+(?:\s*<[^;{}()]*>)?[\s*&]+)(?P<name>~?\w+)\s*(?=\()")
_TAIL = re.compile(r"\s*(?:const\b|override\b|final\b|->[^;{}()]*|\s)*\{")
_FIXED = re.compile(r"\b(?:constexpr|consteval|return|else|new|throw|operator|define)\b")
"""Words before a name that is not defined here, or whose function cannot be changed."""
_NUMBER = r"(?:unsigned|signed|bool|char|short|int|long|float|double|size_t|u?int\d+_t|ll|ull|ld)"
_HELD = r"(?:string|(?:vector|deque|list|set|multiset|map|unordered_set|unordered_map|pair)\s*<.*>)"
_VALUE = re.compile(rf"(?:{_NUMBER}(?:\s+{_NUMBER})*|(?:std::)?{_HELD})\s+", re.DOTALL)
"""Types of which the counter makes constants."""
_CONTROL = frozenset(("if", "for", "while", "switch", "catch", "main"))
_UNIT = """INCLUDES
#include "aiev_count.h"
#define main aiev_program_main
#include "solution.cpp"
#undef main
#define AIEV_TESTS
#include <assert.h>
#define main aiev_tests_main
#include "tests.cpp"
#undef main
decltype(aiev_entry()) aiev_entry() { ENTRY }
"""


def plan(program: str, tests: str) -> Plan:
    """Three files, one call of the compiler."""
    program, tests = without_includes(program), without_includes(tests)
    used = [header for header in _FRAMEWORKS if header in tests]
    hoisted = _SYSTEM_INCLUDE.findall(tests) if _KEYWORD_MACRO.search(program) else []
    hoisted += [f"#include <{header}>" for header in used]
    unit = _UNIT.replace("INCLUDES", "\n".join(hoisted)).replace("ENTRY", entry(tests))
    if used:
        unit = unit.replace("#define AIEV_TESTS", '#include "aiev_googletest.h"\n#define AIEV_TESTS')
    files = {"solution.cpp": gutted(program), "tests.cpp": prepared(tests), "aiev_main.cpp": unit}
    options = ("-std=gnu++20", "-O1", "-w", "-pipe", "-pthread", "-fmax-errors=5", "-ftrack-macro-expansion=0")
    libraries = _FRAMEWORKS[used[-1]] if used else ()
    command = ("g++", *options, f"-I{SUPPORT}/cpp/include", "aiev_main.cpp", *libraries, "-o", "tests.out")
    return Plan(files=files, compile=(command,), run=("./tests.out",), env={"GTEST_BRIEF": "1"})


def gutted(program: str) -> str:
    """The program with a macro at the start of each function, by which it can return a constant, or throw."""
    mask = scan.masked(program, _OPAQUE)
    edits = []
    for found in _HEAD.finditer(mask):
        body = _TAIL.match(mask, scan.closing(mask, found.end()) + 1)
        line = mask[mask.rfind("\n", 0, found.start()) + 1 : found.end()]
        if body is None or found.group("name") in _CONTROL or _FIXED.search(line):
            continue
        kind = found.group("type")
        macro = "AIEV_VOID" if kind.strip() == "void" else "AIEV_VALUE" if _VALUE.fullmatch(kind) else "AIEV_OTHER"
        edits.append(Edit(body.end(), body.end(), f" {macro} "))
    return scan.edited(program, edits)


def without_includes(text: str) -> str:
    """The text without includes of the other file."""
    return _QUOTED_INCLUDE.sub(_kept, text)


def _kept(found: re.Match[str]) -> str:
    return found.group() if found.group(1) in _FRAMEWORKS else scan.blank(found.group())


def prepared(tests: str) -> str:
    """The tests with counted guards, an `exit` that reports, and a `main` that returns a value."""
    mask = scan.masked(tests, _OPAQUE)
    edits = guarded(tests, mask)
    edits += [Edit(*found.span(), "aiev_::aiev_exit") for found in _EXIT.finditer(mask)]
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
            text = scan.quoted(tests[guard.start : guard.end])
            before = f"aiev_::aiev_guard({guard.outcome}, {str(guard.printed).lower()}, "
            before += "[&] { return aiev_::result(aiev_::Start{} <= "
            edits += guard.passed_to(before, f"); }}, {text}, __LINE__)")
    return edits


def entry(tests: str) -> str:
    """Statements that run the tests: their `main`, else GoogleTest's cases, else each function `test…()`."""
    mask = scan.masked(tests, _OPAQUE)
    if next(scan.at_top(mask, _MAIN), None):
        return "return aiev_::aiev_called(aiev_tests_main);"
    if any(header in tests for header in _FRAMEWORKS):
        return "return RUN_ALL_TESTS();"
    names = [found.group(1) for found in scan.at_top(mask, _TEST)]
    return "".join(f"{name}(); " for name in names) + "return 0;"


CPP = Language(
    name="cpp",
    title="C++",
    aliases=("c++", "cxx", "cc"),
    fences=("cpp", "c++", "cxx", "cc"),
    extension="cpp",
    packages=("g++", "libboost-dev", "libgmock-dev", "libgtest-dev"),
    probe=("g++", "--version"),
    plan=plan,
    trials=(
        Trial("C++", "#include <string>\nint one() { return 1; }", "int main() { assert(one() == 1); }"),
        Trial(
            "GoogleTest",
            "int one() { return 1; }",
            "#include <gtest/gtest.h>\nTEST(One, Is) { EXPECT_EQ(one(), 1); }",
            lambda _, tests: any(header in tests for header in _FRAMEWORKS),
        ),
    ),
    compile_seconds=30.0,
    compile_memory_bytes=1024 * MIB,
    mutants={"constant": ("zero", "other")},
)
