"""Rust: one crate whose root is the program, with the tests as a module at its end.

The tests see the program's names as `super::*`, and find it under every crate name that they use. An initializer
beside each test function registers it, so its module need not be public. A `main` of the tests is one more test. The
compiler leaves out tests inside the program. Each function of the program can return a constant, in the modes `zero`
and `other`. The image holds a few crates, built once from Debian's sources.
Invariant: lines keep their numbers. Not covered: other crates, doc tests.
"""

from __future__ import annotations

import re

from aiev_interpreter.languages import guards, scan
from aiev_interpreter.languages.language import SUPPORT, Language, Plan, Trial
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
_DEFINED = re.compile(r"((?:\b(?:const|unsafe|async|extern)\s+)*)\bfn\s+(\w+)\s*(?=[(<])")
_RESULT = re.compile(r"\s*(?:->\s*([^{;]*?))?\s*(?:\bwhere\b[^{;]*)?\{")
_VALUE = re.compile(
    r"(?:(?:[iu](?:8|16|32|64|128|size)|f32|f64|bool|char|String|&(?:'static )?str|Vec|Option|HashMap|HashSet)?"
    r"[\s(),<>]*)+"
)
"""Types of which the counter makes constants."""
_GONE = "crate::aiev_counting::gone()"
_EXIT = re.compile(r"\b(?:std::)?process::exit(?=\s*\()")
_USED = re.compile(r"\buse\s+(?:::)?([a-z_]\w*)\s*(?:::|;)")
_MODULE = re.compile(r"\b(?:mod|fn|enum|struct|trait|union)\s+(\w+)")
READY = ("itertools", "md5", "rand", "regex", "serde", "serde_json")
"""Crates that the image holds; `support/rust/ready/Cargo.toml` names their versions."""
_READY_NAMED = re.compile(rf"\b(?:{'|'.join(READY)})\s*(?:::|;)")
_USES = " ".join(f"use {name} as _;" for name in READY)
_TRIAL = "#[test]\nfn is() { assert_eq!(one(), 1); }"
_READY_FOLDER = "/aiev/rust"
_KNOWN = {"std", "core", "alloc", "super", "self", "crate", "proc_macro", "test", *READY}
_END = """
#[macro_use] #[path = "SUPPORT/rust/counting.rs"] mod aiev_counting; #[path = "tests.rs"] mod aiev_tests;NAMES
"""


def plan(program: str, tests: str) -> Plan:
    """Two files of one crate and one call of the compiler."""
    names = "".join(f" extern crate self as {name};" for name in crate_names(program, tests))
    program, tests = ranged(program), ranged(tests)
    root = f"#![no_main] {gutted(program)}{_END.replace('SUPPORT', SUPPORT).replace('NAMES', names)}"
    files = {"solution.rs": root, "tests.rs": instrumented(tests)}
    crates = [part for name in READY for part in ("--extern", name)]
    options = ("--edition", "2021", "-A", "warnings", "-C", "codegen-units=1", "-C", "debuginfo=0", "-L", _READY_FOLDER)
    return Plan(
        files=files,
        compile=(("rustc", *options, *crates, "-o", "tests.out", "solution.rs"),),
        run=("./tests.out",),
    )


def _needs_crates(program: str, tests: str) -> bool:
    return any(_READY_NAMED.search(scan.masked(text, _OPAQUE)) for text in (program, tests))


def ranged(text: str) -> str:
    """The text with `gen_range(low, high)`, as rand had it before 0.8, written as `gen_range(low..high)`."""
    mask = scan.masked(text, _OPAQUE)
    edits = []
    for found in re.finditer(r"\.gen_range(?=\()", mask):
        comma = scan.top_level(mask, found.end() + 1, scan.closing(mask, found.end())).find(",")
        if comma >= 0:
            edits.append(Edit(found.end() + 1 + comma, found.end() + 2 + comma, ".."))
    return scan.edited(text, edits)


def gutted(program: str) -> str:
    """The program with a statement at the start of each function by which it can return a constant, or panic."""
    mask = scan.masked(program, _OPAQUE)
    edits = []
    for found in _DEFINED.finditer(mask):
        body = _RESULT.match(mask, scan.closing(mask, _after_generics(mask, found.end())) + 1)
        if body and "const" not in found.group(1).split() and found.group(2) != "main":
            kind = (body.group(1) or "()").strip()
            made = f"return crate::aiev_counting::constant::<{kind}>()" if _VALUE.fullmatch(kind) else _GONE
            edits.append(Edit(body.end(), body.end(), f" if crate::aiev_counting::gutted() {{ {made} }} "))
    return scan.edited(program, edits)


def _after_generics(mask: str, place: int) -> int:
    """Position of the parenthesis that opens the parameters, after those of types at `place` if there are any."""
    depth = 0
    for found in re.compile(r"->|[<>(]").finditer(mask, place):
        if found.group() == "(" and not depth:
            return found.start()
        depth += {"<": 1, ">": -1}.get(found.group(), 0)
    return len(mask)


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
    edits += [Edit(*found.span(), "crate::aiev_counting::exit") for found in _EXIT.finditer(mask)]
    for found in _FUNCTION.finditer(mask):
        edits += _registered(tests, mask, found)
    for guard in guards.go_guards(tests, mask, _FAILS):
        if not re.search(r"\blet\b", mask[guard.start : guard.end]):
            after = f", {str(guard.printed).lower()})"
            text = scan.quoted(tests[guard.start : guard.end])
            edits += guard.passed_to(f"crate::aiev_counting::guard(line!(), {text}, {guard.outcome}, ", after)
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
    body = f"|| crate::aiev_counting::Outcome::outcome({name}())"
    call = f'crate::aiev_counting::register(line!(), "{name}", {expected}, {body});'
    initializer = f'extern "C" fn add() {{ {call} }}'
    return f'#[used] #[link_section = ".init_array"] static AIEV_{name}: extern "C" fn() = {{ {initializer} add }}; '


RUST = Language(
    name="rust",
    title="Rust",
    aliases=("rs",),
    fences=("rust", "rs"),
    extension="rs",
    packages=(
        "rustc",
        "cargo",
        "librust-itertools-dev",
        "librust-md5-dev",
        "librust-rand-dev",
        "librust-regex-dev",
        "librust-regex+default-dev",
        "librust-serde-json-dev",
        "librust-serde+serde-derive-dev",
    ),
    image_steps=(
        "touch lib.rs && mkdir .cargo && mv crates.toml .cargo/config.toml",
        "cargo build --release --offline --target-dir target",
        f"mv target/release/deps {_READY_FOLDER} && rm -rf target {_READY_FOLDER}/*.rmeta {_READY_FOLDER}/*.d",
    ),
    probe=("rustc", "--version"),
    plan=plan,
    trials=(
        Trial("Rust", "pub fn one() -> i64 { 1 }", _TRIAL),
        Trial("crates of Rust", f"{_USES} pub fn one() -> i64 {{ 1 }}", _TRIAL, _needs_crates),
    ),
    compile_seconds=30.0,
    compile_memory_bytes=1024 * MIB,
    mutants={"constant": ("zero", "other")},
)
