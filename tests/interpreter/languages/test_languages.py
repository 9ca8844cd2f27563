"""The registry of languages, and what of their plans can be seen without running them."""

import re

import pytest

from aiev_interpreter.languages import (
    LANGUAGES,
    UnknownLanguage,
    bash,
    cpp,
    go,
    guards,
    java,
    javascript,
    language_named,
    scan,
)
from aiev_interpreter.languages import rust as rust_module


def test_every_name_alias_and_fence_finds_its_language_in_any_case():
    for one in LANGUAGES:
        for name in (one.name, one.title, *one.aliases, *one.fences):
            assert language_named(f" {name.upper()} ") is one


def test_names_are_in_a_stable_order_and_never_shared():
    order = ["python", "javascript", "typescript", "java", "cpp", "rust", "go", "bash"]
    assert [one.name for one in LANGUAGES] == order
    names = [name for one in LANGUAGES for name in {one.name, *one.aliases, *one.fences}]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "hint"), [("pyhton", "did you mean 'python'?"), ("rustt", "did you mean 'rust'?"), ("???", "there are")]
)
def test_unknown_language_is_one_line_with_the_nearest(name, hint):
    with pytest.raises(UnknownLanguage, match=re.escape(hint)) as caught:
        language_named(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("one", LANGUAGES, ids=lambda one: one.name)
def test_plan_lays_out_program_and_tests_under_names_that_a_model_knows(one):
    plan = one.plan("", "")
    assert {f"solution.{one.extension}", f"tests.{one.extension}"} <= set(plan.files)
    assert not any(name.startswith("/") or ".." in name for name in plan.files)
    assert bool(plan.run) == (one.name != "python"), "Python runs in a fork, without a command"


def _go_tests(text):
    return go.instrumented(text)[0]


INSTRUMENTS = {
    "javascript": (javascript.instrumented, "const s = `a\n${b}`;\nassert(f(1) === 2, 'x');\nif (a !== b) throw x;\n"),
    "java": (java.instrumented, 'String s = """\nassert x;\n""";\nassert f(1) == 2 : "x";\nif (a != b) throw x;\n'),
    "cpp": (cpp.prepared, '#include "solution.h"\n// int main() {}\nint main() {\n  assert(true);\n}\n'),
    "rust": (rust_module.instrumented, '/* a\n#[test] */\n#[test]\n#[should_panic(expected = "x")]\nfn t() {\n}\n'),
    "go": (_go_tests, 'package x\nimport (\n"a.b/c"\n)\nfunc f() {\nif c.G() != 1 {\npanic(1)\n}\n}\n'),
    "bash": (bash.instrumented, "source x.sh\nif [[ $a ==\n b ]]; then\n exit 1\nfi\n[ 1 = 1 ]\nexit 0\n"),
}


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_instrumenting_keeps_every_line_where_it_was(name):
    instrument, text = INSTRUMENTS[name]
    made = instrument(text)
    assert made != text
    assert made.count("\n") - text.count("\n") in {0, 2} if name == "rust" else made.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a / b / c; // x", "a / b / c;     "),
        ('x = /[/"]+/g;', 'x = """""""";'),
        ("`a${`b`}c` + 'd'", '"' * 10 + ' + """'),
        ("f('/*') /* ' */", 'f("""")        '),
    ],
)
def test_javascript_literals_are_masked(text, kept):
    assert javascript.masked(text) == kept


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("a == b", "=="),
        ("f(x, y == z) !== [1, 2]", "!=="),
        ("a && b == c", None),
        ("a == b ? c : d", None),
        ("x => x == 1", None),
        ("a < b", "<"),
        ("f<int>(x) >= 3", ">="),
        ("a == b == c", None),
    ],
)
def test_a_plain_comparison_is_found(text, operator):
    found = scan.comparison(text, 0, len(text))
    assert (text[found[0] : found[1]] if found else None) == operator


@pytest.mark.parametrize(
    ("text", "wanted", "printed"),
    [
        ("if (a != b) { throw x; }", False, False),
        ("if (a == b) { log('PASS'); } else { throw x; }", True, False),
        ("if (a == b) log('PASS'); else log('FAIL');", True, True),
        ("if (a != b) failed++;", False, True),
    ],
)
def test_a_guard_says_what_it_wants(text, wanted, printed):
    (found,) = guards.guards(text, javascript.masked(text), re.compile(r"\bthrow\b"))
    assert text[found.start : found.end] in {"a != b", "a == b"}
    assert (found.wanted, found.printed) == (wanted, printed)


@pytest.mark.parametrize("text", ["if (a) { log('x'); }", "if (a) { if (b) { throw x; } }", "// if (a) throw x;"])
def test_other_conditions_are_no_guards(text):
    mask = javascript.masked(text)
    assert [text[one.start : one.end] for one in guards.guards(text, mask, re.compile(r"\bthrow\b"))] in ([], ["b"])


@pytest.mark.parametrize(
    ("tests", "kinds"),
    [
        ("[ a = b ]", ["bare"]),
        ("if [ a = b ]; then echo pass; else echo FAIL; fi", ["true"]),
        ("if [ a != b ]; then echo no; exit 1; fi", ["false"]),
        ("if ! [ a = b ]; then exit 1; fi", ["true"]),
        ("[[ a == b ]] || exit 1", ["true"]),
        ("[[ a == b ]] && echo ok || echo failed", ["true"]),
        ("[[ a != b ]] && exit 1", ["false"]),
        ("while [ a = b ]; do :; done", []),
        ("if [ -d x ]; then rm -r x; fi", []),
        ("echo '[ a = b ]' # [ c ]", []),
        ("echo x | grep -q x", ["bare"]),
    ],
)
def test_bash_checks_and_what_is_wanted_of_them(tests, kinds):
    mask = scan.masked(tests, bash._OPAQUE)
    assert [one.kind for one in bash.checks(tests, mask)] == kinds
