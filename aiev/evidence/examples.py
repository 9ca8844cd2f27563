"""Examples that the text of a problem gives: a call, and the value that it must have.

Invariant: precision before recall. A call and a value are taken only if both are whole expressions of Python, the value
is a literal, and nothing else stands beside them. Not covered: inputs and outputs in words or tables; languages other
than Python, for which only assertions in their own syntax are taken.
"""

from __future__ import annotations

import builtins
import re
from typing import TYPE_CHECKING

from aiev.evidence.assertions import assertions
from aiev.evidence.doctests import comparison, is_expression, sessions
from aiev.evidence.trees import arguments, bare, callee, descendants, named, text_of, tree
from aiev_agents.fences import fenced_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from aiev.evidence.assertion import Assertion

MOST_LINES = 2000
MOST_CHARACTERS = 1000
"""Of a line; longer ones are not read."""
_CALL = re.compile(r"(?<![\w.\"'])[A-Za-z_]\w*\(")
_BETWEEN = re.compile(
    r"\s*(?:`\s*)?(?:==>|=>|==|=|-+>|➞|→|⇒|➔|»|"
    r",?\s*(?:(?:should|must|will|would)\s+)?"
    r"(?:returns?|gives?|yields?|equals?|evaluates? to|be|is)(?=[\s:`])"
    r"(?:\s+(?:the\s+)?(?:value|list|string|number|tuple|integer|result))?:?|"
    r",?\s*(?:the\s+)?(?:result|output|answer|value)\s*(?:is|:|should be|would be|must be|will be)|"
    r"\s*(?:#|//)\s*(?:=>|->|→|returns?|Output:)?)\s*(?:`\s*)?"
)
_WORDS = {"true": "True", "false": "False", "none": "None", "null": "None"}
_LITERALS = frozenset({
    *("integer", "float", "string", "concatenated_string", "true", "false", "none", "list", "tuple", "set"),
    *("dictionary", "pair", "unary_operator", "parenthesized_expression", "comment"),
})  # fmt: skip
_INSIDE = frozenset({"string_start", "string_content", "string_end", "escape_sequence"})
_OPERATOR = re.compile(r"\S.*[-+*/%^<>&|~]\s*$|\bnot\s*$|^\s*[-*+]$")
"""What stands before a call that is part of a larger expression; a sign alone, with a space, is the mark of a list."""
_ENDS = re.compile(
    r"[.;,]?\s*(?:$|\"\"\"$|'''$|#|//|\(|because\b|since\b|as\b)|;|\.\s|,?\s*(?:and|but|while)\s+[A-Za-z_]\w*\("
)
"""What may stand behind a value: the end of a sentence, a remark, a reason, or the next example."""


def examples(problem: str, language: str) -> tuple[Assertion, ...]:
    """The examples in a problem's text, each once, in its order.

    Where the text gives two values for one call, neither is taken.
    """
    if language != "python":
        fenced = [one for block in fenced_blocks(problem) for one in assertions(block.body, language)]
        return _consistent((one, True) for one in fenced if one.call)
    names = set(re.findall(r"^[ \t]*def ([A-Za-z_]\w*)\(", problem, re.MULTILINE))
    return _consistent((one, code) for one, code in _found(problem) if _is_of(one, names))


def _is_of(one: Assertion, names: set[str]) -> bool:
    """Whether an example calls what the problem defines, or at least nothing that Python defines."""
    name = one.call.partition("(")[0]
    return name in names if names else not hasattr(builtins, name)


def _found(problem: str) -> Iterator[tuple[Assertion, bool]]:
    """Examples; whether each is code, not perhaps a formula."""
    for typed, printed in sessions(problem):
        yield from ((one, True) for one in _session(typed, printed))
    for line in problem.split("\n")[:MOST_LINES]:
        if len(line) <= MOST_CHARACTERS and not line.lstrip().startswith((">>>", "...", "def ", "return ", "if ")):
            asserted = _asserted(line)
            yield from ((one, True) for one in asserted)
            yield from () if asserted else _stated(line)


def _session(typed: str, printed: str) -> Iterator[Assertion]:
    typed = typed.partition("  #")[0].strip()
    if printed and _is_call(typed) and is_literal(printed):
        yield from _pair(typed, printed)
    elif not printed or printed in {"True", "False"}:
        yield from (one for one, _ in _stated(typed))


def _asserted(line: str) -> list[Assertion]:
    """`assert f(1) == 2`, alone, in a list or between backticks."""
    match = re.search(r"assert\s+([^`]*)", line)
    if match is None:
        return []
    return [one for one in assertions(f"assert {match[1].strip().rstrip('.;')}", "python") if _is_example(one)]


def _is_example(one: Assertion) -> bool:
    return one.relation == "==" and _is_call(one.call) and is_literal(one.expected)


def _stated(line: str) -> list[tuple[Assertion, bool]]:
    """`f(1) == 2`, `f(1) -> 2`, `f(1) should return 2.`, `For f(1) the result is 2`."""
    found: list[tuple[Assertion, bool]] = []
    start = 0
    while (match := _CALL.search(line, start)) is not None:
        end = _closing(line, match.end() - 1)
        start = max(end, match.end())
        between = _BETWEEN.match(line, end) if end > 0 else None
        if between is None or not between[0].strip() or _OPERATOR.search(line[: match.start()]):
            continue
        if not _is_call(line[match.start() : end]):
            continue
        value = _value(line[between.end() :])
        if value:
            code = between[0].strip() != "="
            found += [(one, code) for one in _pair(line[match.start() : end], value)]
    return found


def _closing(line: str, opened: int) -> int:
    """The position behind the bracket that closes the one at `opened`; -1 when none does."""
    stack, quote, position = [], "", opened
    while position < len(line):
        character = line[position]
        if quote:
            position += character == "\\"
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            stack.append(")]}"["([{".index(character)])
        elif character in ")]}":
            if stack.pop() != character:
                return -1
            if not stack:
                return position + 1
        position += 1
    return -1


def _value(rest: str) -> str:
    """The literal that the rest of a line begins with, if nothing but the end of a sentence or a remark follows."""
    rest = rest.strip()
    if rest[:1] in {"(", "[", "{"}:
        end = _closing(rest, 0)
    elif rest[:1] in {'"', "'"}:
        match = re.match(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", rest)
        end = match.end() if match else -1
    else:
        match = re.match(r"-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.]*\w)|[A-Za-z]+(?!\w)", rest)
        end = match.end() if match else -1
    if end < 1:
        return ""
    value, after = rest[:end], rest[end:].strip(" \t\r`*_")
    value = _WORDS.get(value.lower(), value) if value.isalpha() else value
    return value if _ENDS.match(after) and is_literal(value) else ""


def _pair(call: str, value: str) -> list[Assertion]:
    found = comparison(call, value)
    return [found] if found is not None else []


def is_literal(text: str) -> bool:
    """Whether a text is one literal of Python: numbers, strings, constants, and containers of them."""
    root = tree(text.strip(), "python")
    if root is None or root.has_error or len(named(root)) != 1 or named(root)[0].type != "expression_statement":
        return False
    inner = named(named(root)[0])
    return len(inner) == 1 and inner[0].type != "parenthesized_expression" and _literal(inner[0])


def _literal(node: Node) -> bool:
    return all(one.type in _LITERALS | _INSIDE for one in descendants(node) if one.is_named)


def _is_call(text: str) -> bool:
    """Whether a text is a call of a plain name with literal arguments."""
    root = tree(text.strip(), "python")
    if root is None or root.has_error or not is_expression(text.strip()):
        return False
    call = bare(named(named(root)[0])[0])
    if call.type != "call" or not callee(call).isidentifier():
        return False
    values = [
        one.child_by_field_name("value") or one if one.type == "keyword_argument" else one for one in arguments(call)
    ]
    return all(_literal(one) for one in values) and not text_of(call).endswith("=")


def _consistent(found: Iterable[tuple[Assertion, bool]]) -> tuple[Assertion, ...]:
    """Each example once, without those that contradict each other.

    Where a text gives sequences as values and numbers too, the numbers are its mathematics: `t(4) = 3` beside
    `t(3) = [1, 3, 2]`.
    """
    every = list(found)
    values: dict[str, set[str]] = {}
    for one, _ in every:
        values.setdefault(one.key, set()).add(one.value)
    sequences = any(one.value.startswith("[") for one, _ in every)
    taken = [one for one, code in every if len(values[one.key]) == 1 and (code or not sequences or "[" in one.value)]
    return tuple({one.key: one for one in taken}.values())
