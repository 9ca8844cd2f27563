r"""GBNF grammars that hold small models to a reply's form.

Sent only to endpoints that take llama.cpp's `grammar` field. Invariant: every text that a grammar admits is one that
`parse_reply` takes apart into a program and tests. `form` leaves the code free; `strict`, for the smallest models,
also takes the function's signature from the problem and lets tests compare one call with literals only, so that
neither a forgotten name nor a wrong number of arguments can spend a round.

Source: the GBNF notation of llama.cpp, grammars/README.md.
"""

from __future__ import annotations

import re
from enum import StrEnum

_SIGNATURE = re.compile(r"`(?P<name>[A-Za-z_]\w*)\((?P<args>[\w, ]*)\)`")

_FORM = r"""root ::= sentence "\n\n" install? program "\nUnit tests:\n```python\n" assertion{2,4} "```"
sentence ::= [A-Z] [^`\n]{10,200}
install ::= "```bash\npip install " [A-Za-z0-9_.=<> -]{1,80} "\n```\n\n"
program ::= "```python\n" (head{1,4} blank{0,2})? def (blank{0,2} line){1,60} blank{0,2} "```\n"
head ::= ("import " | "from ") [^`\n]{1,80} "\n"
def ::= ("def " | "class " | "@") [^\n]{1,140} "\n"
line ::= [^`\n] [^\n]{0,140} "\n"
blank ::= "\n"
assertion ::= "assert " [^ \n] [^\n]{5,160} "\n"
"""

_STRICT = r"""root ::= sentence "\n\n```python\n" head? "def {name}({args}):\n" line* "    return " code "```\n\nUnit tests:\n```python\n" {tests} "```"
sentence ::= [A-Z] [^\n.]+ "."
head ::= "import " ("math" | "re" | "string" | "itertools" | "collections" | "json") "\n\n"
line ::= "    " code
code ::= [^\n`] [^\n]* "\n"
test ::= "assert {name}({literals}) == " literal "\n"
literal ::= number | string | "True" | "False" | "None" | list | dict
number ::= "-"? [0-9]+ ("." [0-9]+)?
string ::= "\"" [A-Za-z0-9 ,.:_/-]* "\""
list ::= "[" (literal (", " literal)*)? "]"
dict ::= "{" (string ": " literal (", " string ": " literal)*)? "}"
"""

_QUESTION = r"""root ::= "Write a Python function `" name (one | two) " and returns " [^\n.]+ "."
one ::= "(" arg ")` that takes " ("a number" | "a string" | "a list of numbers" | "a list of strings")
two ::= "(" arg ", " arg ")` that takes " ("two numbers" | "two strings" | "a list and a number" | "a string and a number")
name ::= [a-z] [a-z0-9_]+
arg ::= [a-z] [a-z0-9_]*
"""

_PROSE = r"""root ::= [A-Z] [^\n.]+ "." ([^\n.]+ ".")?
"""


class Constraint(StrEnum):
    """How closely a grammar holds a model to the reply's form."""

    OFF = "off"
    FORM = "form"
    STRICT = "strict"


def question_grammar(constraint: Constraint) -> str:
    """Grammar of a problem; only `strict` has one."""
    return _QUESTION if constraint is Constraint.STRICT else ""


def prose_grammar(constraint: Constraint) -> str:
    """Grammar of one paragraph without code; only `strict` has one."""
    return _PROSE if constraint is Constraint.STRICT else ""


def program_grammar(constraint: Constraint, problem: str) -> str:
    """Grammar of a solution with its tests; under `strict` fitted to the signature that `problem` names.

    A problem that names no plain signature, or one argument twice, falls back to `form`.
    """
    if constraint is Constraint.OFF:
        return ""
    signature = _SIGNATURE.search(problem)
    args = [arg.strip() for arg in signature["args"].split(",") if arg.strip()] if signature else []
    if constraint is Constraint.FORM or signature is None or len(set(args)) < len(args):
        return _FORM
    literals = " ".join('", " literal' if i else "literal" for i in range(len(args)))
    strict = _STRICT.replace("{name}", signature["name"]).replace("{args}", ", ".join(args))
    return strict.replace("({literals}) ==", f'(" {literals} ") ==').replace("{tests}", "test test")
