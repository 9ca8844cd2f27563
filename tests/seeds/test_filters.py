"""What each filter keeps and drops, and why."""

import socket

import pytest

from aiev.config.layers import load_config
from aiev.errors import ConfigError
from aiev.seeds.build import plan_of
from aiev.seeds.extract import Snippet
from aiev.seeds.filters import EARLY, LATE, early_filters, split_names
from aiev.seeds.filters.origin import is_allowed, why_generated
from aiev.seeds.settings import DEFAULT_FILTERS, FilterSettings, Plan
from aiev.seeds.type_check import TypeCheck

AWS = "AKIA" + "Z7Q4T2M9X1B6N3V8"
GITHUB = "ghp_" + "a8Dk2LmQ0zXw9RtY7uPs4VbN1cHj6GfE3oIq"


def python(content, **fields):
    return Snippet("function", content, 1, language="python", **fields)


def verdict(name, snippet, **settings):
    (one,) = early_filters([name], FilterSettings(**settings))
    (drop,) = one.judge([snippet])
    return (drop.reason, drop.detail) if drop else None


def test_the_default_configuration_is_the_default_plan():
    plan = plan_of(load_config().settings, judge_rows=True)
    assert plan.limits == FilterSettings()
    assert plan.filters == DEFAULT_FILTERS
    assert (plan.source.kind, plan.source.seed, plan.workers) == (Plan().source.kind, 0, 0)


def test_names_of_filters_are_checked_and_split_at_the_first_that_needs_the_main_process():
    assert split_names(["size", "exact_duplicates", "parses"]) == (("size",), ("exact_duplicates", "parses"))
    assert split_names(list(EARLY)) == (tuple(EARLY), ())
    assert split_names(LATE) == ((), LATE)
    with pytest.raises(ConfigError, match="no filter 'sise'; there are test_files, generated"):
        split_names(["sise"])
    with pytest.raises(ConfigError, match="'size' comes twice"):
        split_names(["size", "size"])


def test_without_self_contained_that_filter_is_not_applied():
    settings = load_config(assignments=["seeds.self_contained=false"]).settings
    assert "self_contained" not in plan_of(settings, judge_rows=True).filters


@pytest.mark.parametrize(
    ("body", "gives"),
    [
        ("return x", True),
        ("if x: return x", True),
        ("yield x", True),
        ("yield from x", True),
        ("return", False),
        ("print('yield and return')", False),
        ("text = '''\n    return x\n    '''\n    print(text)", False),
        ("print(x)  # return x", False),
        ("def inner():\n        return 1\n    print(inner)", True),
    ],
)
def test_a_result_is_returned_or_yielded_not_mentioned(body, gives):
    for doc in ('"""D."""', "'D.'", '"""Return x.\n\n    return it\n    """'):
        found = verdict("returns_value", python(f"def f(x):\n    {doc}\n    {body}"))
        assert found == (None if gives else ("no_return_value", "")), doc


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def f(x):\n    return [y for y in x if (z := y)]", None),
        ("def f(x):\n    def g(y): return x + y\n    return f(g(x))", None),
        (
            "def f(x):\n    match x:\n        case {'a': a, **rest}: return a, rest\n        case [b, *c]: return b, c",
            None,
        ),
        ("def f(x):\n    import re\n    return re.sub('a', 'b', x)", None),
        ("def f(x):\n    return math.sqrt(x)", None),
        ("def f(x):\n    class C:\n        y = 1\n        z = y\n    return C", None),
        ("def f(x):\n    global counter\n    counter = x\n    return x", ("not_self_contained", "counter")),
        ("def f(x: Array) -> Array:\n    return x", ("not_self_contained", "Array")),
        ("@cached\ndef f(x):\n    return x", ("not_self_contained", "cached")),
        ("def f(x, y=DEFAULT):\n    return x", ("not_self_contained", "DEFAULT")),
        ("def f(x):\n    import os.path as p\n    return p.join(x)", ("reaches_outside", "os")),
        ("def f(x):\n    return eval(x)", ("reaches_outside", "eval")),
    ],
)
def test_names_are_a_functions_own_by_the_scopes_of_the_language(code, found):
    assert verdict("self_contained", python(code)) == found


@pytest.mark.parametrize(
    ("code", "module"),
    [
        ("def f(x):\n    import subprocess\n    return x", "subprocess"),
        ("def f(x):\n    from os import path\n    return path", "os"),
        ("def f(x):\n    return sys.argv[x]", "sys"),
        ("def f(x):\n    os = 1\n    return os", None),
        ("def f(x):\n    return 'import sys'", None),
        ("def f(x):\n    return x.os", None),
    ],
)
def test_unwanted_imports_are_selfcodealigns(code, module):
    assert verdict("bad_imports", python(code)) == (("bad_import", module) if module else None)
    assert verdict("bad_imports", python(code), bad_imports=()) is None


def test_lines_of_a_snippet_may_import_too():
    lines = Snippet("snippet", "import re, sys\nx = (", 1, language="python")
    assert verdict("bad_imports", lines) == ("bad_import", "sys")
    assert verdict("parses", lines) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# TODO: more", "todo"),
        ("fixMe", "fixme"),
        ("def todo_list(): ...", "todo"),
        ("mastodon", None),
        ("done", None),
    ],
)
def test_unfinished_code_is_known_by_its_words(text, found):
    assert verdict("unfinished", python(text)) == (("unfinished", found) if found else None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# @generated by a tool\nx = 1", "generated"),
        ("// Code generated by protoc-gen-go. DO NOT EDIT.", "generated"),
        ("/* this file was generated */", "generated"),
        ("var a=1;" * 200, "minified"),
        ("\n".join("x" * 130 for _ in range(10)), "minified"),
        ("def f(): return generated", None),
        ("\n".join("x" * 100 for _ in range(50)), None),
        ("x = '" + "a" * 300 + "'", None),
    ],
)
def test_what_no_person_wrote_is_known_by_its_marks_and_lines(text, reason):
    drop = why_generated("a.js", text)
    assert (drop.reason if drop else None) == reason


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("mit", True),
        ("GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("(MIT AND Apache-2.0) OR GPL-3.0-only", True),
        ("Apache-2.0 WITH LLVM-exception", True),
    ],
)
def test_a_licence_expression_is_met_or_not(expression, allowed):
    assert is_allowed(expression, {"mit", "apache-2.0"}) is allowed
    found = verdict("licence", python("x", licence=expression), licences=("MIT", "Apache-2.0"))
    assert found == (None if allowed else ("licence_not_allowed", expression))


def test_an_unknown_licence_is_a_choice():
    assert verdict("licence", python("x")) is None
    assert verdict("licence", python("x"), unknown_licence="drop") == ("licence_unknown", "")
    assert verdict("licence", python("x", licence="Foo"), unknown_licence="drop") is None


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("write to jane.doe@megacorp.io", "1 email"),
        ("call (212) 736-5000", "1 phone"),
        ("host = '93.184.216.34'", "1 ip"),
        ("ssn 536-90-4399", "1 ssn"),
        ("card 4539 1488 0343 6467", "1 card"),
        ("iban DE89 3704 0044 0532 0130 00", "1 iban"),
        ("jane@example.com, root@localhost, 10.0.0.1, 127.0.0.1, 192.0.2.1, 555-123-4567", None),
        ("version 1.2.3.4, 0.1.2.3, 3.141592653589793, 1234567890123456, @decorator, a@b, x = 2 ** 31", None),
        ("4444444444444448 2001-02-03 12:34:56", None),
        ("8.8.8.8 is a resolver", None),
    ],
)
def test_personal_data_is_counted_by_kind_and_never_shown(text, kinds):
    assert verdict("personal_data", python(text)) == (("personal_data", kinds) if kinds else None)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (f'key = "{AWS}"', "AWS Access Key"),
        (f"# {GITHUB}", "GitHub Token"),
        ('password = "correct-horse-battery"', "Secret Keyword"),
        ('url = "https://joe:hunter2pass@db.internal/x"', "Basic Auth Credentials"),
        ("-----BEGIN RSA PRIVATE KEY-----", "Private Key"),
    ],
)
def test_a_secret_is_counted_by_kind_and_its_value_never_shown(line, kind):
    reason, detail = verdict("secrets", python(f"def f(x):\n    {line}\n    return x"))
    assert reason == "secret"
    assert kind in detail
    assert all(value not in detail for value in (AWS, GITHUB, "horse", "hunter2"))


@pytest.mark.parametrize(
    "code",
    [
        "def f(password):\n    return hash(password)",
        "def a_very_long_name_of_a_function_that_is_no_secret(x):\n    return x",
        "x = '123e4567-e89b-12d3-a456-426614174000'",
        'token = "{{ token }}"',
        "=====================================================",
    ],
)
def test_names_placeholders_and_rules_are_no_secrets(code):
    assert verdict("secrets", python(code)) is None


def test_looking_for_secrets_never_uses_the_network(monkeypatch):
    def refuse(*arguments, **named):
        raise AssertionError("a secret was about to be tried out")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    secret = (
        "def f(x):\n    aws_secret_access_key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY'\n    key = '" + AWS + "'"
    )
    assert verdict("secrets", python(secret))[0] == "secret"


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_a_type_checker_drops_what_it_finds_an_error_in(checker):
    if checker == "pyright":
        pytest.importorskip("basedpyright", reason="Pyright is not installed")
    batch = [
        python("def f(x: int) -> int:\n    return x + 1"),
        python("def f(x: int) -> int:\n    return x + 'one'"),
        python("def f(x):\n    import numpy as np\n    return np.zeros(x)"),
        python("def f(x) -> int:\n    return undefined(x)"),
        Snippet("function", "func F() {}", 1, language="go"),
        python("def f(:"),
    ]
    found = TypeCheck(checker).judge(batch)
    assert [drop.reason if drop else None for drop in found] == [None, "type_error", None, "type_error", None, None]
    assert "undefined" in found[3].detail
