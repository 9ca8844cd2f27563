"""The registry of languages, and their plans as texts."""

import re

import pytest

from aiev_interpreter.languages import (
    LANGUAGES,
    UnknownLanguage,
    bash,
    cpp,
    go,
    java,
    javascript,
    language_named,
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
    return go.instrumented(text, "package x")


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
