r"""GBNF grammars that hold small models to a reply's form.

Sent only to endpoints that take llama.cpp's `grammar` field. Invariant: every text that a grammar admits is one that
`parse_reply` takes apart into a program and tests. `form` leaves the code free; `strict`, for the smallest models, also
fixes signature and tests, in the languages that have a grammar for it (Python); the others fall back to `form`.

Source: the GBNF notation of llama.cpp, grammars/README.md.
"""

from __future__ import annotations

from aiev_agents.languages import PYTHON, language_named
from aiev_agents.roles.settings import Constraint

_FORM = r"""root ::= sentence "\n\n" {install}block "\nUnit tests:\n" block
sentence ::= [A-Z] [^\n]+
block ::= "```{fence}\n" "\n"* line (line | "\n")* "```\n"
line ::= [ \t]* [^ \t\n`~] [^\n]* "\n"
"""
_INSTALL = r"""install ::= "```bash\n{installer} " [A-Za-z0-9_.=<>@/ -]+ "\n```\n\n"
"""
_PROSE = r"""root ::= [A-Z] [^\n.]+ "." ([^\n.]+ ".")?
"""


def question_grammar(constraint: Constraint, language: str = PYTHON) -> str:
    """Grammar of a problem; only `strict` has one, and only where the language has."""
    return language_named(language).strict_question if constraint is Constraint.STRICT else ""


def suite_grammar(constraint: Constraint, language: str = PYTHON) -> str:
    """Grammar of a reply that holds tests alone, in the languages that have one."""
    return language_named(language).suite_grammar if constraint is not Constraint.OFF else ""


def prose_grammar(constraint: Constraint) -> str:
    """Grammar of one paragraph without code; only `strict` has one."""
    return _PROSE if constraint is Constraint.STRICT else ""


def program_grammar(constraint: Constraint, problem: str, language: str = PYTHON) -> str:
    """Grammar of a solution with its tests; under `strict` fitted to the signature that `problem` names.

    A problem that names no plain signature, or one argument twice, falls back to `form`, and so does a language without
    a strict grammar.
    """
    speaking = language_named(language)
    if constraint is Constraint.OFF:
        return ""
    strict = speaking.strict_program if constraint is Constraint.STRICT else None
    return (strict(problem) if strict else "") or speaking.form_grammar or _form(speaking.fence, speaking.installer)


def _form(fence: str, installer: str) -> str:
    """A sentence, perhaps an install block, the solution's block and the tests' block."""
    grammar = _FORM + (_INSTALL if installer else "")
    marks = {"{install}": "install? " if installer else "", "{fence}": fence, "{installer}": installer}
    for mark, value in marks.items():
        grammar = grammar.replace(mark, value)
    return grammar
