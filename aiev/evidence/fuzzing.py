"""Further inputs, made from those of the tests: each argument is changed by its type.

Invariant: an input is a call with literal arguments; nothing is executed. Python only. Not covered: whether the problem
allows an input; programs that raise on it tell nothing.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from aiev_agents.languages import PYTHON
from aiev_agents.languages.syntax import parse, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

_NUMBERS = frozenset({"integer", "float", "unary_operator"})
_SEQUENCES = {"list": ("[", "]"), "tuple": ("(", ")")}


def fuzzed(calls: Sequence[str], *, limit: int, seed: str, language: str = PYTHON) -> tuple[str, ...]:
    """Calls that differ from `calls` in one argument each, in an order that depends on nothing but `seed`.

    Args:
        calls: expressions such as `f(1, [2])`.
        limit: most calls to make.
        seed: draws them.
        language: of the calls; no others than Python's are changed.
    """
    if language != PYTHON:
        return ()
    made = dict.fromkeys(new for call in calls for new in _changed(call))
    fresh = [call for call in made if call not in set(calls)]
    return tuple(sorted(fresh, key=lambda call: hashlib.sha256(f"{seed}/{call}".encode()).digest())[:limit])


def _changed(call: str) -> Iterator[str]:
    data = call.encode(errors="surrogatepass")
    root = parse(call, PYTHON)
    node = root.children[0].children[0] if root.children and root.children[0].children else None
    if root.has_error or node is None or node.type != "call":
        return
    arguments = node.child_by_field_name("arguments")
    for argument in arguments.named_children if arguments else ():
        value = argument.child_by_field_name("value") if argument.type == "keyword_argument" else argument
        if value is None:
            continue
        for text in _variants(value):
            new = data[: value.start_byte] + text.encode(errors="surrogatepass") + data[value.end_byte :]
            yield new.decode(errors="surrogatepass")


def _variants(node: Node) -> Iterator[str]:
    """Other values of the same type."""
    text = text_of(node)
    if node.type in _NUMBERS:
        yield from ("0", "1", "-1", "7", "100") if "." not in text else ("0.0", "1.5", "-2.5", "100.0")
        yield f"{text} + 1"
    elif node.type in {"true", "false"}:
        yield "False" if node.type == "true" else "True"
    elif node.type == "string":
        yield from ('""', '"a"', '"Hello World"', f"{text} * 2", f"{text}[::-1]", f"{text}[:-1]")
    elif node.type in _SEQUENCES:
        yield from _sequences(node, text)


def _sequences(node: Node, text: str) -> Iterator[str]:
    opening, closing = _SEQUENCES[node.type]
    items = [text_of(child) for child in node.named_children]
    yield opening + closing
    yield f"{text}[::-1]"
    yield f"{text} * 2"
    if len(items) > 1:
        yield f"{text}[1:]"
        yield f"{opening}{items[0]},{closing}"
