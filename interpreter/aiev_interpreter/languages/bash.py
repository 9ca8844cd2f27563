"""Bash: the tests run in the shell that has sourced the program, with their checks passed through the counter.

A check is `[ … ]`, `[[ … ]]`, `test`, `(( … ))`, `diff`, `cmp` or `grep -q` in the position of a command. The code
around a check tells which outcome the tests want: a branch that exits, returns or prints a failure marks the unwanted
outcome. Without such a branch, a failed check counts unless the shell itself uses its status (`if`, `&&`, a called
predicate). A call of the program is a check too where such a branch, or `set -e`, depends on its status; so are the
arms of a `case` of which some fail. Conditions of loops are not checks. `exit` in the tests ends them, which the
program cannot. Invariant: lines keep their numbers. Not covered: checks in `$( )` and here-documents.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from aiev_interpreter.languages import scan
from aiev_interpreter.languages.language import SUPPORT, Language, Plan, Trial
from aiev_interpreter.languages.scan import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUBSTITUTION = r"\$\((?!\()(?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"
_DOUBLE = rf'"(?:\\[\s\S]|{_SUBSTITUTION}|[^"\\])*"'
_HERE = r"(?<!<)<<-?\s*(['\"]?)(?P<mark>\w+)\1[^\n]*\n[\s\S]*?\n[ \t]*(?P=mark)(?=\n|\Z)"
_PLAIN = r"\\.|\$'(?:\\.|[^'\\])*'|'[^']*'|(?<![\w$\"'{])#[^\n]*"
_ARITHMETIC = r"\$\(\((?:[^()]|\([^()]*\))*\)\)|\$\{[^{}]*\}"
_OPAQUE = scan.any_of(_HERE, _PLAIN, _ARITHMETIC, _SUBSTITUTION, _DOUBLE)
_LEAD = r"(?:^|[;&|({]|\b(?:if|elif|while|until|then|else|do)(?=\s)|!(?=\s))[ \t]*"
_COMMANDS = r"\[\[(?=\s)|\[(?=\s)|\(\(|(?:test|diff|cmp)(?=[ \t])|grep(?=[ \t]+-\w*q)"
_SHELL_WORD = re.compile(r"(?<![\w$.-])(if|then|elif|else|fi)(?![\w-])")
_BAD = re.compile(
    r"\b(?:exit|return)\s+[1-9$\"]|\bfalse\b|fail|\bnot ok\b|\bincorrect|\bmismatch|"
    r"\b(?:wrong|errors?|bad|die|abort|fatal)\b|[✗✘❌]",
    re.IGNORECASE,
)
_GOOD = re.compile(r"\bpass|\bok\b|\bsuccess|✓|✔|✅", re.IGNORECASE)
_SOURCES = re.compile(r"^[ \t]*(?:source|\.)[ \t]+[^\n;&|]+", re.MULTILINE)
_RUNS = re.compile(r"(?:\bbash|\bsh|\./|\")[^\n|;]*solution\.sh")
_EXIT = re.compile(r"(?:^|[;&|({)]|\b(?:then|else|do)(?=\s))[ \t]*(?P<word>exit)(?=[\s;)}]|\Z)", re.MULTILINE)
_SET = re.compile(r"(?:^|[;&{(])[ \t]*set[ \t]+[-+]\w[^\n;&|#)}]*", re.MULTILINE)
_STRICT = re.compile(r"^[ \t]*set[ \t]+-\w*e", re.MULTILINE)
_ASSERTION = re.compile(
    r"(?:^|[;&|({]|\b(?:then|else|do)(?=\s))[ \t]*(?P<word>(?:assert|refute)\w*)(?=[ \t]+[^\s=(])", re.MULTILINE
)
_DEFINED = re.compile(r"^[ \t]*(?:function[ \t]+([\w:.-]+)|([\w:.-]+)[ \t]*\([ \t]*\))", re.MULTILINE)
_SCRIPT = r"(?:bash|sh)[ \t]+[^\s;&|]*solution\.sh|\./solution\.sh"
_BATS = re.compile(r"^[ \t]*@test[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*')[ \t]*(?=\{)", re.MULTILINE)
_CASE = re.compile(r"(?<![\w-])case\s[^\n]*?\sin(?=\s)")
_CASE_WORD = re.compile(r"(?<![\w$.-])(?:case|esac)(?![\w-])|;;&?|;&")
_ARM = re.compile(r"\s*\(?[^()\n]*\)")
_TEST = re.compile(r"^[ \t]*(?:function[ \t]+)?(test\w*)[ \t]*(?:\([ \t]*\))?\s*\{", re.MULTILINE)


class Check(NamedTuple):
    """A check from `start` to `end`, and the outcome that the tests want."""

    start: int
    end: int
    kind: str
    """`true`, `false`, or `bare` if the shell decides."""


def plan(program: str, tests: str) -> Plan:
    """The program, the tests as they run and as they were written, a syntax check, and the runner."""
    tests = tests.removeprefix("\ufeff")
    prepared = instrumented(_without_bats(tests), program)
    as_script = _RUNS.search(tests) and not _SOURCES.search(scan.masked(tests, _OPAQUE))
    how = "run" if as_script else "source"
    files = {"solution.sh": program.removeprefix("\ufeff"), "tests.sh": prepared}
    syntax = tuple(("bash", "-n", name) for name in files)
    run = ("bash", f"{SUPPORT}/bash/run.sh", how, *uncalled(_without_bats(tests)))
    return Plan(files=files | {"tests.source": tests}, compile=syntax, run=run)


def _without_bats(tests: str) -> str:
    """The tests with each `@test "name" {` as a function."""
    return _BATS.sub(lambda found: f"test_aiev_{tests.count(chr(10), 0, found.start())}() ", tests)


def uncalled(tests: str) -> list[str]:
    """Test functions that nothing calls."""
    mask = scan.masked(tests, _OPAQUE)
    names = dict.fromkeys(found.group(1) for found in _TEST.finditer(mask))
    return [name for name in names if len(re.findall(rf"(?<![\w-]){name}(?![\w-])", tests)) == 1]


def instrumented(tests: str, program: str = "") -> str:
    """The tests with each check passed through the counter, and without commands that source the program again."""
    mask = scan.masked(tests, _OPAQUE)
    edits = [Edit(*found.span(), ":") for found in _SOURCES.finditer(mask)]
    edits += _arms(tests, mask)
    for check in checks(tests, mask, program):
        edits += _passed(tests, mask, check)
    edits += [Edit(*found.span("word"), "__aiev_exit") for found in _EXIT.finditer(mask)]
    edits += [Edit(found.end(), found.end(), "; __aiev_soft") for found in _SET.finditer(mask)]
    for found in _ASSERTION.finditer(mask):
        edits.append(Edit(found.start("word"), found.start("word"), f"__aiev_at {_line(tests, found.start('word'))} "))
    return scan.edited(tests, edits)


def _line(tests: str, place: int) -> int:
    return tests.count("\n", 0, place) + 1


def _arms(tests: str, mask: str) -> list[Edit]:
    """Edits that count the arms of each `case` some of whose arms fail, and others do not."""
    edits = []
    for found in _CASE.finditer(mask):
        arms = list(_arms_after(mask, found.end()))
        bad = [_is_bad(_bare(tests, mask, *arm)) for arm in arms]
        if len(set(bad)) < 2:  # noqa: PLR2004 - both outcomes
            continue
        for (start, end), fails in zip(arms, bad, strict=True):
            words = f"{_line(tests, found.start())} {_literal(tests[found.start() : found.end()])}"
            if not fails:
                edits.append(Edit(start, start, f" __aiev_arm true {words};"))
            elif start < end:
                close = " fi" if mask[end - 1] in ";&" else "; fi"
                edits += scan.wrapped(start, end, f" if __aiev_arm false {words}; then ", close)
    return edits


def _arms_after(mask: str, start: int) -> Iterator[tuple[int, int]]:
    """The bodies of the arms of a `case`, from the end of its pattern to its last character."""
    depth = 0
    for found in _CASE_WORD.finditer(mask, start):
        word = found.group()
        ends = word == "esac" and not depth
        if ends or (not depth and word.startswith(";")):
            if arm := _ARM.match(mask, start, found.start()):
                yield arm.end(), max(arm.end(), scan.trimmed(mask, arm.end(), found.start())[1])
            start = found.end()
        if ends:
            return
        depth += {"case": 1, "esac": -1}.get(word, 0)


def _is_bad(text: str) -> bool:
    """Whether a branch fails the tests."""
    return bool(_BAD.search(text)) and not (_GOOD.search(text) and not re.search(r"\b(?:exit|return)\s+[1-9$\"]", text))


def _passed(tests: str, mask: str, check: Check) -> list[Edit]:
    """Edits that pass one check to the counter: a command as its arguments, shell syntax by its status."""
    line = _line(tests, check.start)
    start, end, kind = check
    if mask[start : start + 2] not in {"[[", "(("}:
        return [Edit(start, start, f"__aiev_check {kind} {line} ")]
    words = f'"$(__aiev_words {line} {_literal(tests[start:end])}{_operands(tests, mask, start, end)})"'
    good, bad = ('""', words) if kind != "false" else (words, '""')
    then, otherwise = f"__aiev_judge {kind} 0 {good} {line}", f"__aiev_judge {kind} 1 {bad} {line}"
    return scan.wrapped(start, end, "if ", f"; then {then}; else {otherwise}; fi")


def _literal(text: str) -> str:
    """The text in single quotes, on one line."""
    return "'" + " ".join(text.split()).replace("'", "'\\''") + "'"


def _operands(tests: str, mask: str, start: int, end: int) -> str:
    """Words that expand to both sides of the only comparison in `[[ … ]]` after it failed; empty for others."""
    flat = mask[start:end]
    found = list(re.finditer(r"\s(==|=|!=|=~|-eq|-ne|-lt|-le|-gt|-ge|<|>)\s", flat))
    if not flat.startswith("[[") or len(found) != 1 or re.search(r"&&|\|\|", flat):
        return ""
    sides = (tests[start + 2 : start + found[0].start()], tests[start + found[0].end() : end - 2])
    plain = [side.strip() for side in sides]
    if not all(re.fullmatch(r'"[^"`]*"|\$\w+|\$\{\w+\}|[\w.-]+', side) for side in plain):
        return ""
    return " values: " + " ".join(side if side.startswith('"') else f'"{side}"' for side in plain)


def checks(tests: str, mask: str, program: str = "") -> list[Check]:
    """The checks of the tests, in order."""
    names = {found.group(1) or found.group(2) for found in _DEFINED.finditer(scan.masked(program, _OPAQUE))}
    calls = "|".join([*map(re.escape, sorted(names)), _SCRIPT])
    pattern = re.compile(
        rf"(?P<lead>{_LEAD})(?P<check>{_COMMANDS}|(?P<call>{calls})(?![\w:.=(-]|[ \t]*\())", re.MULTILINE
    )
    strict = bool(_STRICT.search(mask))
    found, place = [], 0
    while match := pattern.search(mask, place):
        start = match.start("check")
        end = _end(mask, start)
        place = max(end, start + 1)
        kind = _kind(tests, mask, match.group("lead"), start, end)
        if match.group("call") and ((kind == "bare" and not strict) or re.match(r"\|(?!\|)", mask[end:])):
            kind = ""
        if kind:
            found.append(Check(start, end, kind))
    return found


def _end(mask: str, start: int) -> int:
    """The end of a check: its closing bracket, or the end of the command."""
    for opening, close in (("[[", r"\s\]\]"), ("((", r"\)\)"), ("[", r"\s\](?=[\s;&|)]|\Z)")):
        if mask.startswith(opening, start):
            found = re.compile(close).search(mask, start)
            return found.end() if found else len(mask)
    found = re.compile(r"[;|&)\n]").search(mask, start)
    return found.start() if found else len(mask)


def _kind(tests: str, mask: str, lead: str, start: int, end: int) -> str:
    """The outcome that the tests want of a check; empty if nothing depends on it."""
    before = mask[:start].rstrip(" \t!")
    turned = "!" in lead
    if re.search(r"\b(?:while|until)\s*$", before):
        return ""
    after = re.match(r"[^\n;&|]*[ \t]*(&&|\|\|)", mask[end:])
    if re.search(r"(?<![\w-])(?:if|elif)\s*$", before) or re.search(r"(?:\bif|\belif)\b[^;\n]*$", before):
        kind = _of_branches(*_branches(tests, mask, end))
    elif after:
        kind = _of_list(tests, mask, end + after.end(), after.group(1))
    else:
        return "" if turned else "bare"
    return {"true": "false", "false": "true"}.get(kind, kind) if turned else kind


def _of_branches(then: str, otherwise: str) -> str:
    bad, bad_otherwise = bool(_BAD.search(then)), bool(_BAD.search(otherwise))
    if bad and bad_otherwise:
        bad, bad_otherwise = not _GOOD.search(then), not _GOOD.search(otherwise)
    if bad == bad_otherwise:
        return ""
    return "false" if bad else "true"


def _branches(tests: str, mask: str, end: int) -> tuple[str, str]:
    """The texts of both branches of an `if` after its condition."""
    depth, marks = 0, []
    for found in _SHELL_WORD.finditer(mask, end):
        word = found.group(1)
        if word == "if":
            depth += 1
        elif depth and word == "fi":
            depth -= 1
        elif not depth:
            marks.append((word, found.start(), found.end()))
            if word == "fi":
                break
    places = [mark for mark in marks if mark[0] != "elif"] if marks else []
    if len(places) < 2:  # noqa: PLR2004 - then, and else or fi
        return "", ""
    first_end = next(start for word, start, _ in marks if word != "then")
    then = _bare(tests, mask, places[0][2], first_end)
    otherwise = _bare(tests, mask, places[1][2], places[2][1]) if places[1][0] == "else" and len(places) > 2 else ""  # noqa: PLR2004
    return then, otherwise


def _bare(tests: str, mask: str, start: int, end: int) -> str:
    """A text without its comments."""
    return "".join(char if mask[start + place] != " " else " " for place, char in enumerate(tests[start:end]))


def _of_list(tests: str, mask: str, start: int, operator: str) -> str:
    """The outcome that `check && A || B`, `check && A`, or `check || B` wants of its check."""
    line_end = mask.find("\n", start)
    stop = line_end if line_end >= 0 else len(mask)
    if "{" in mask[start:stop] and scan.closing(mask, mask.find("{", start)) > stop:
        stop = scan.closing(mask, mask.find("{", start))
    rest, flat = tests[start:stop], scan.top_level(mask, start, stop)
    split = flat.find("||") if operator == "&&" else -1
    first, second = (rest[:split], rest[split:]) if split >= 0 else (rest, "")
    if operator == "||":
        return "true" if _BAD.search(first) else ""
    if second:
        return _of_branches(first, second)
    if _BAD.search(first) and not _GOOD.search(first):
        return "false"
    return "true" if _GOOD.search(first) else ""


BASH = Language(
    name="bash",
    title="Bash",
    aliases=("sh", "shell", "zsh", "ksh"),
    fences=("bash", "sh", "shell", "zsh"),
    extension="sh",
    packages=("bash", "diffutils", "grep"),
    probe=("bash", "--version"),
    plan=plan,
    trials=(Trial("Bash", "one() { echo 1; }", '[ "$(one)" = 1 ]'),),
    mutants={"raises": ("raise",), "constant": ("constant-a", "constant-b")},
)
