r"""GBNF grammars for Python.

`form` bounds the number of tests: a small model that begins to count (`f(1) == 1`, `f(2) == 2`, …) goes on to the limit
of the reply. `strict`, for the smallest models, takes the function's signature from the problem and lets tests compare
one call with literals only, so that neither a forgotten name nor a wrong number of arguments can spend a round.

Source: the GBNF notation of llama.cpp, grammars/README.md.
"""

from __future__ import annotations

import re

_SIGNATURE = re.compile(
    r"`(?P<name>[A-Za-z_]\w*)\((?P<args>[\w, ]*)\)`(?: that takes (?P<types>[a-z ]+?) and returns )?"
)
_TYPES = {
    "a number": ("number",),
    "a string": ("string",),
    "a list of numbers": ("numbers",),
    "a list of strings": ("strings",),
    "two numbers": ("number", "number"),
    "two strings": ("string", "string"),
    "a list of numbers and a number": ("numbers", "number"),
    "a string and a number": ("string", "number"),
}
"""What a strict problem may say that a function takes, and the literals that its tests then pass."""
_SECOND = {"number": "other", "string": "second"}
"""Names for a second argument of the same type."""

FORM = r"""root ::= sentence "\n\n" install? program "\nUnit tests:\n```python\n" assertion{3,10} "```"
sentence ::= [A-Z] [^\n]+
install ::= "```bash\npip install " [A-Za-z0-9_.=<> -]+ "\n```\n\n"
program ::= "```python\n" (head | "\n")* def (line | "\n")* "```\n"
head ::= ("import " | "from " | "#" | [A-Z] [A-Z0-9_]* " = ") [^\n]+ "\n"
def ::= ("def " | "class " | "@") [^\n]+ "\n"
line ::= [^`\n] [^\n]* "\n"
assertion ::= "assert " [^ \n] [^\n]+ "\n"
"""
SUITE = r"""root ::= "```python\n" assertion{2,8} "```"
assertion ::= "assert " [^ \n] [^\n]+ "\n"
"""

_STRICT = r"""root ::= sentence "\n\n```python\n" head? "def {name}({args}):\n" line* "    return " code tests
tests ::= "```\n\nUnit tests:\n```python\n" test test "```"
sentence ::= [A-Z] [^\n.]+ "."
head ::= "import " ("math" | "re" | "string" | "itertools" | "collections" | "json") "\n\n"
line ::= "    " code
code ::= " "* (plain | nested)* ("#" [^\n]*)? "\n"
plain ::= [^\n`()[\]{}"'#] | quoted
quoted ::= "\"" [^"\n]* "\"" | "'" [^'\n]* "'"
nested ::= "(" (plain | nested)* ")" | "[" (plain | nested)* "]" | "{" (plain | nested)* "}"
test ::= "assert {name}({literals}) == " {expected} "\n"
literal ::= number | string | "True" | "False" | "None" | list | dict
boolean ::= "True" | "False"
number ::= "-"? [0-9]+ ("." [0-9]+)?
string ::= "\"" [A-Za-z0-9 ,.:_/-]* "\""
numbers ::= "[" (number (", " number)*)? "]"
strings ::= "[" (string (", " string)*)? "]"
list ::= "[" (literal (", " literal)*)? "]"
dict ::= "{" (string ": " literal (", " string ": " literal)*)? "}"
"""

_QUESTION = r"""root ::= "Write a Python function `" name "(" ({takes}) " and returns " [^\n.]+ "."
name ::= [a-z] [a-z0-9_]+
number ::= "n" | "x" | "value" | "count" | "size"
other ::= "y" | "m" | "limit" | "step"
string ::= "text" | "word" | "name" | "line" | "key"
second ::= "other" | "part" | "prefix" | "suffix"
numbers ::= "numbers" | "values"
strings ::= "words" | "names" | "lines"
"""


def strict_question() -> str:
    """Grammar of a problem that names a signature and the types of its arguments."""
    takes = (f'{_names(types)} ")` that takes {words}"' for words, types in _TYPES.items())
    return _QUESTION.replace("{takes}", " | ".join(takes))


def _names(types: tuple[str, ...]) -> str:
    """Grammar rules for the arguments' names: plain ones that hide no builtin."""
    first, *rest = types
    return " ".join([first, *(f'", " {_SECOND.get(kind, kind) if kind == first else kind}' for kind in rest)])


def strict_program(problem: str) -> str:
    """Grammar of a reply, fitted to the signature that `problem` names; empty when it names no plain one."""
    signature = _SIGNATURE.search(problem)
    args = [arg.strip() for arg in signature["args"].split(",") if arg.strip()] if signature else []
    if signature is None or len(set(args)) < len(args):
        return ""
    types = _TYPES.get(signature["types"] or "", ())
    types = types if len(types) == len(args) else ("literal",) * len(args)
    values = {
        "{name}": signature["name"],
        "{args}": ", ".join(args),
        "{literals}": '" ' + ' ", " '.join(types) + ' "' if types else "",
        "{expected}": "boolean" if " returns True " in problem else "literal",
    }
    grammar = _STRICT
    for mark, value in values.items():
        grammar = grammar.replace(mark, value)
    return grammar
