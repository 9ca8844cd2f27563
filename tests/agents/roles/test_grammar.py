import pytest

from aiev_agents.languages import LANGUAGES, language_named
from aiev_agents.roles.grammar import program_grammar, prose_grammar, question_grammar, suite_grammar
from aiev_agents.roles.reply import parse_reply
from aiev_agents.roles.settings import Constraint

PROBLEM = (
    "Write a Python function `shout(text, count)` that takes a string and a number and returns True if it is loud."
)


def test_strict_takes_signature_and_types_from_the_problem():
    grammar = program_grammar(Constraint.STRICT, PROBLEM)
    assert '"def shout(text, count):\\n"' in grammar
    assert '"assert shout(" string ", " number ") == " boolean "\\n"' in grammar


def test_strict_without_types_takes_any_literal():
    grammar = program_grammar(Constraint.STRICT, "Write a function `f(a)` that is nice.")
    assert '"assert f(" literal ") == " literal' in grammar


@pytest.mark.parametrize("problem", ["no signature here", "Write `f(x, x)` please"])
def test_strict_falls_back_to_form(problem):
    assert program_grammar(Constraint.STRICT, problem) == program_grammar(Constraint.FORM, problem)


def test_off_has_no_grammar():
    assert program_grammar(Constraint.OFF, PROBLEM) == ""
    assert question_grammar(Constraint.OFF) == question_grammar(Constraint.FORM) == ""
    assert prose_grammar(Constraint.OFF) == suite_grammar(Constraint.OFF) == ""


def test_a_strict_question_names_arguments_by_their_types():
    grammar = question_grammar(Constraint.STRICT)
    assert 'strings ")` that takes a list of strings"' in grammar
    assert 'number ", " other ")` that takes two numbers"' in grammar


@pytest.mark.parametrize("constraint", [Constraint.STRICT, Constraint.FORM])
def test_every_rule_that_is_used_is_defined(constraint):
    for grammar in (
        program_grammar(constraint, PROBLEM),
        question_grammar(Constraint.STRICT),
        prose_grammar(Constraint.STRICT),
        suite_grammar(constraint),
    ):
        defined = {line.split(" ::= ")[0] for line in grammar.splitlines() if " ::= " in line}
        assert "root" in defined
        assert "{name}" not in grammar
        assert "{takes}" not in grammar


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "python"])
def test_other_languages_are_held_to_the_form_under_both_constraints(language):
    grammar = program_grammar(Constraint.FORM, PROBLEM, language)
    assert grammar == program_grammar(Constraint.STRICT, PROBLEM, language)
    assert f'"```{language_named(language).fence}\\n"' in grammar
    assert "{" not in grammar
    assert ("npm install" in grammar) == ("install?" in grammar) == (language in {"javascript", "typescript"})
    assert question_grammar(Constraint.STRICT, language) == ""


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "python"])
def test_a_text_of_the_form_is_one_that_parsing_takes_apart(language):
    example, fence = language_named(language).example, language_named(language).fence
    text = f"An idea.\n\n```{fence}\n{example.program}\n```\n\nUnit tests:\n```{fence}\n{example.tests}\n```\n"
    reply = parse_reply(text, language)
    assert (reply.program, reply.tests) == (example.program, example.tests)
