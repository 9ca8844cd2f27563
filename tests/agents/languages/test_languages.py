"""Each language: its words, its few-shot example, and how its tests are told from its program."""

import re

import pytest
from support.toolchains import missing, run

from aiev_agents.errors import LanguageError
from aiev_agents.languages import LANGUAGES, PYTHON, canonical_name, language_named
from aiev_agents.roles.prompting import load_prompt
from aiev_agents.roles.reply import parse_reply

OTHERS = [name for name in LANGUAGES if name != PYTHON]


def test_eight_languages_are_spoken():
    assert set(LANGUAGES) == {"python", "javascript", "typescript", "java", "cpp", "rust", "go", "bash"}


@pytest.mark.parametrize(
    ("word", "name"),
    [
        *[("js", "javascript"), ("node", "javascript"), ("TS", "typescript"), ("c++", "cpp"), ("cc", "cpp")],
        *[("rs", "rust"), ("golang", "go"), ("sh", "bash"), ("py", "python"), ("cobol", None), ("", None)],
    ],
)
def test_names_and_aliases_lead_to_one_language(word, name):
    assert canonical_name(word) == name


def test_an_unknown_language_is_an_error_that_lists_the_known():
    with pytest.raises(LanguageError, match=r"no language 'cobol'.*python, javascript"):
        language_named("cobol")


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_fence_is_one_of_its_languages_own_aliases(name):
    assert language_named(name).fence in language_named(name).aliases


def examples(language):
    """Programs and tests of the last example of `solve`, as a programmer would have replied."""
    turns = load_prompt("programmer/solve", language).render(problem="P")
    return [parse_reply(text, language) for role, text in turns if role == "assistant"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_few_shot_examples_pass_their_own_tests(language, tmp_path):
    if missing(language):
        pytest.skip(f"no tool for {language} on this machine")
    for number, reply in enumerate(examples(language)):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = run(language, reply.program, reply.tests, folder)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("language", OTHERS)
def test_the_wrong_program_of_an_example_fails_as_its_feedback_says(language, tmp_path):
    if missing(language):
        pytest.skip(f"no tool for {language} on this machine")
    example = language_named(language).example
    done = run(language, example.wrong, example.tests, tmp_path)
    assert done.returncode != 0
    if language != "bash":  # what names a failed check of Bash is the interpreter
        said = re.sub(r"\S*/|\d+:\d+:?", "", done.stdout + done.stderr)
        assert example.feedback.splitlines()[-1].strip() in said


@pytest.mark.parametrize("language", OTHERS)
def test_one_block_with_both_parts_is_taken_apart_into_parts_that_pass(language, tmp_path):
    example = language_named(language).example
    if language == "go":
        source = example.program.replace('import "strings"', 'import (\n\t"strings"\n\t"testing"\n)')
        source += "\n\n" + example.tests.partition('"testing"\n\n')[2]
    else:
        source = f"{example.program}\n\n{example.tests}"
    fence = language_named(language).fence
    reply = parse_reply(f"All in one.\n\n```{fence}\n{source}\n```", language)
    assert reply.program == example.program
    assert reply.tests.endswith(example.tests.partition("\n\n")[2])
    if not missing(language):
        done = run(language, reply.program, reply.tests, tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("language", OTHERS)
def test_a_block_of_tests_is_known_by_what_it_defines_or_by_the_line_above_it(language):
    speaking = language_named(language)
    example = speaking.example
    for above in ("", "**Unit Tests**"):
        text = f"```{speaking.fence}\n{example.program}\n```\n{above}\n```{speaking.fence}\n{example.tests}\n```"
        reply = parse_reply(text, language)
        assert (reply.program, reply.tests) == (example.program, example.tests)


@pytest.mark.parametrize("language", [name for name in OTHERS if name != "go"])
def test_a_block_of_tests_that_repeats_the_solution_loses_it(language):
    example, fence = language_named(language).example, language_named(language).fence
    both = f"{example.program}\n\n{example.tests}"
    reply = parse_reply(f"```{fence}\n{example.program}\n```\nUnit tests:\n```{fence}\n{both}\n```", language)
    assert reply.program == example.program
    calls = re.compile(r"\bcount_?words\b", re.IGNORECASE)
    assert len(calls.findall(reply.tests)) == len(calls.findall(example.tests))
    assert reply.tests.endswith(example.tests.partition("\n\n")[2])


@pytest.mark.parametrize(
    ("above", "is_tests"),
    [
        *[("Unit tests:", True), ("### Tests for the function", True), ("Test the code:", True)],
        *[("The solution, with tests below:", False), ("A latest version:", False)],
    ],
)
def test_the_line_above_a_block_announces_tests(above, is_tests):
    reply = parse_reply(f"```js\nlet a = 1\n```\n{above}\n```js\nlet b = check(a)\n```", "javascript")
    assert (reply.tests == "let b = check(a)") == is_tests


def test_a_later_block_with_checks_in_it_is_tests_as_a_whole():
    reply = parse_reply("```sh\nf() { echo 1; }\n```\n```sh\nr=$(f)\n[ $r = 1 ]\n```", "bash")
    assert (reply.program, reply.tests) == ("f() { echo 1; }", "r=$(f)\n[ $r = 1 ]")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("junk", ["\ud800", "\x00", "((((", "{" * 3000, "<<EOF\n", "🙂'"])
def test_whatever_a_model_writes_is_taken_apart_or_refused(language, junk):
    fence = language_named(language).fence
    reply = parse_reply(f"{junk}\n```{fence}\nx {junk} y\n```", language)
    assert reply.program == f"x {junk} y"


@pytest.mark.parametrize("language", OTHERS)
def test_a_source_that_does_not_parse_goes_to_the_interpreter_whole(language):
    fence = language_named(language).fence
    assert parse_reply(f'```{fence}\nf( {{ " ((\n```', language).program == 'f( { " (('


@pytest.mark.parametrize("language", OTHERS)
def test_a_reply_without_a_block_is_told_the_languages_own_fence(language):
    with pytest.raises(Exception, match=f"```{language_named(language).fence} block"):
        parse_reply("```cobol\nSTOP RUN.\n```", language)


def test_a_shell_block_installs_except_in_a_dialogue_about_bash():
    shell = "```bash\nnpm install lodash\n```\n"
    reply = parse_reply(f"{shell}```js\nfunction f() {{}}\n```", "javascript")
    assert (reply.install, reply.program) == ("npm install lodash", "function f() {}")
    reply = parse_reply("```sh\nf() { echo 1; }\n```\nTests:\n```bash\n[ $(f) = 1 ]\n```", "bash")
    assert (reply.install, reply.program, reply.tests) == ("", "f() { echo 1; }", "[ $(f) = 1 ]")


def test_a_shell_block_that_installs_nothing_is_no_install_block():
    assert parse_reply("```go\nfunc F() {}\n```\n```bash\ngo test ./...\n```", "go").install == ""


def test_go_keeps_in_each_half_the_imports_that_it_uses():
    source = (
        'package main\n\nimport (\n\t"fmt"\n\ts "strings"\n\t"testing"\n)\n\n'
        "func Up(t string) string { return s.ToUpper(t) }\n\n"
        'func TestUp(t *testing.T) {\n\tif got := Up("a"); got != "A" {\n\t\tt.Error(fmt.Sprint(got))\n\t}\n}\n'
    )
    program, tests = language_named("go").split(source)
    assert program.startswith('package main\n\nimport s "strings"\n\nfunc Up')
    assert tests.startswith('package main\n\nimport (\n\t"fmt"\n\t"testing"\n)\n\nfunc TestUp')


@pytest.mark.parametrize(
    ("language", "program", "tests"),
    [
        ("javascript", "const f = (x) => x + 1;", "console.assert(f(1) === 2);"),
        ("javascript", "class A {}", "const { A: B } = require('./solution');\nassert(new B());"),
        ("javascript", "function f() {}", "function testF() { assert.ok(true); }\ntestF();"),
        ("typescript", "export const f = (x: number): number => x;", "import assert from 'assert';\nassert.ok(f(1));"),
        ("java", "import java.util.*;\n\nclass A {}", "import java.util.*;\n\nclass ATest {}"),
        ("rust", "// one\nfn f() -> u8 { 1 }", "#[test]\nfn one() { assert_eq!(f(), 1); }"),
        ("bash", "#!/bin/bash\nset -u\nf() { [ $1 -gt 2 ]; }", "if f 3; then echo ok; else exit 1; fi"),
        ("bash", "f() { echo 2; }", "test_f() {\n  [ $(f) = 2 ]\n}\ntest_f"),
    ],
)
def test_each_form_of_tests_leaves_the_solution_alone(language, program, tests):
    both = f"{program}\n{tests.removeprefix('import java.util.*;') if language == 'java' else tests}\n"
    found = language_named(language).split(both)
    assert [re.sub(r"\n+", "\n", part) for part in found] == [re.sub(r"\n+", "\n", part) for part in (program, tests)]
