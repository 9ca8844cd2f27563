"""Rust: one crate whose root is the program, with the tests as a module at its end.

The tests see the program's names as `super::*`, and find it under every crate name that they use. An initializer
beside each test function registers it, so its module need not be public. A `main` of the tests is one more test. The
compiler leaves out tests inside the program.
Invariant: lines keep their numbers. Not covered: crates other than the standard library, doc tests.
"""

from __future__ import annotations

import re

from aiev_interpreter.languages import guards, scan
from aiev_interpreter.languages.language import SUPPORT, Language, Plan
from aiev_interpreter.languages.scan import Edit
from aiev_interpreter.protocol import MIB

_RAW = r'\bb?r(?P<marks>#*)"[\s\S]*?"(?P=marks)'
_NESTED = r"/\*(?:[^*/]|\*(?!/)|/(?!\*)|/\*(?:[^*/]|\*(?!/)|/(?!\*))*\*/)*\*/"
_TEXT = r'"(?:\\[\s\S]|[^"\\])*"'
_CHARACTER = r"'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\\n])'"
_OPAQUE = scan.any_of(_RAW, scan.LINE_COMMENT, _NESTED, _TEXT, _CHARACTER)
_FUNCTION = re.compile(
    r"(?P<attributes>(?:#\[[^\]]*\]\s*)+)(?:pub(?:\([^)]*\))?\s+)?fn\s+(?P<name>\w+)\s*\(\s*\)[^{;]*\{"
)
_CONFIGURED = re.compile(r"#\[cfg\(test\)\]")
_MARK = re.compile(r"#\[test\]")
_SHOULD_PANIC = re.compile(r"#\[should_panic[^\]]*\]")
_EXPECTED = re.compile(r'expected\s*=\s*("(?:\\.|[^"\\])*")')
_FAILS = re.compile(r"\bpanic!|\bprocess::exit\(\s*[1-9]")
_OUTER = re.compile(
    r"(?:#\[path\s*=\s*[^\]]*\]\s*)?\b(?:pub\s+)?(?:mod|extern\s+crate)\s+(\w+)\s*;|\binclude!\([^)]*\);?"
)
_MAIN = r"^[ \t]*(?:pub\s+)?fn\s+(main)\s*\(\s*\)"
_USED = re.compile(r"\buse\s+(?:::)?([a-z_]\w*)\s*(?:::|;)")
_MODULE = re.compile(r"\b(?:mod|fn|enum|struct|trait|union)\s+(\w+)")
_KNOWN = {"std", "core", "alloc", "super", "self", "crate", "proc_macro", "test"}
_END = """
#[macro_use] #[path = "SUPPORT/rust/counting.rs"] mod aiev_counting; #[path = "tests.rs"] mod aiev_tests;NAMES
"""


def plan(program: str, tests: str) -> Plan:
    """Two files of one crate and one call of the compiler."""
    names = "".join(f" extern crate self as {name};" for name in crate_names(program, tests))
    root = f"#![no_main] {program}{_END.replace('SUPPORT', SUPPORT).replace('NAMES', names)}"
    files = {"solution.rs": root, "tests.rs": instrumented(tests)}
    options = ("--edition", "2021", "-A", "warnings", "-C", "codegen-units=1", "-C", "debuginfo=0")
    return Plan(
        files=files,
        compile=(("rustc", *options, "-o", "tests.out", "solution.rs"),),
        run=("./tests.out",),
    )


def crate_names(program: str, tests: str) -> list[str]:
    """Crate names under which the tests look for the program, without known crates."""
    mask = scan.masked(tests, _OPAQUE)
    own = {found.group(1) for text in (scan.masked(program, _OPAQUE), mask) for found in _MODULE.finditer(text)}
    dropped = {found.group(1) for found in _OUTER.finditer(mask) if found.group(1)}
    used = {found.group(1) for found in _USED.finditer(mask)}
    return sorted(({"solution"} | dropped | used) - (own - dropped) - _KNOWN)


def instrumented(tests: str) -> str:
    """The tests with each test function registered, and none left out by `#[cfg(test)]`."""
    mask = scan.masked(tests, _OPAQUE)
    edits = [Edit(found.start(), found.end(), "#[cfg(all())]") for found in _CONFIGURED.finditer(mask)]
    edits += [Edit(found.start(), found.end(), scan.blank(found.group())) for found in _OUTER.finditer(mask)]
    for found in _FUNCTION.finditer(mask):
        edits += _registered(tests, mask, found)
    for guard in guards.go_guards(tests, mask, _FAILS):
        if not re.search(r"\blet\b", mask[guard.start : guard.end]):
            after = f", {str(guard.printed).lower()})"
            edits += guard.passed_to(f"crate::aiev_counting::guard({guard.outcome}, ", after)
    main = next(scan.at_top(mask, _MAIN), None)
    if main:
        edits.append(Edit(main.start(), main.start(), _registration("main", "None")))
    return scan.edited(tests, edits) + "\n#[allow(unused_imports)] use super::*;\n"


def _registered(tests: str, mask: str, found: re.Match[str]) -> list[Edit]:
    """Edits that replace the test attributes of a function by its registration."""
    start, end = found.span("attributes")
    mark = _MARK.search(mask, start, end)
    if mark is None or "#[ignore" in mask[start:end]:
        return []
    expected, edits = "None", []
    if panics := _SHOULD_PANIC.search(mask, start, end):
        said = _EXPECTED.search(tests, panics.start(), panics.end())
        expected = f"Some({said.group(1)})" if said else 'Some("")'
        edits.append(Edit(panics.start(), panics.end(), scan.blank(panics.group())))
    return [*edits, Edit(mark.start(), mark.end(), _registration(found.group("name"), expected))]


def _registration(name: str, expected: str) -> str:
    """An initializer that registers a function of the same module."""
    call = f'crate::aiev_counting::register("{name}", {expected}, || crate::aiev_counting::Outcome::outcome({name}()));'
    initializer = f'extern "C" fn add() {{ {call} }}'
    return f'#[used] #[link_section = ".init_array"] static AIEV_{name}: extern "C" fn() = {{ {initializer} add }}; '


RUST = Language(
    name="rust",
    title="Rust",
    aliases=("rs",),
    fences=("rust", "rs"),
    extension="rs",
    packages=("rustc",),
    probe=("rustc", "--version"),
    plan=plan,
    compile_seconds=30.0,
    compile_memory_bytes=1024 * MIB,
)
