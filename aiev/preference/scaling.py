"""Larger inputs, made from a call by the types of its literal arguments. Python only; nothing is executed.

Not covered: whether the problem allows an input. Whoever times programs drops inputs on which they differ or raise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev_agents.languages import PYTHON
from aiev_agents.languages.syntax import parse, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

_REPEATED = frozenset({"list", "tuple", "string"})
_NUMBERS = frozenset({"integer"})
KINDS = (_REPEATED | _NUMBERS, _REPEATED, _NUMBERS)
"""Which arguments are made larger, in the order in which it is tried."""


def larger(calls: Sequence[str], times: int, kinds: frozenset[str]) -> tuple[str, ...]:
    """Each call with its literal arguments of some kinds that many times larger.

    Lists and strings come to be repeated, integers multiplied. A call without such arguments stays as it is.
    """
    return tuple(_larger(call, times, kinds) for call in calls) if times > 1 else tuple(calls)


def _larger(call: str, times: int, kinds: frozenset[str]) -> str:
    data, root = call.encode(errors="surrogatepass"), parse(call, PYTHON)
    outer = root.children[0].children[0] if root.children and root.children[0].children else None
    arguments = outer.child_by_field_name("arguments") if outer is not None and outer.type == "call" else None
    if root.has_error or arguments is None:
        return call
    values = [_value(node) for node in arguments.named_children]
    for node in reversed([one for one in values if one is not None and one.type in kinds]):
        text = f"{text_of(node)} * {times}".encode(errors="surrogatepass")
        data = data[: node.start_byte] + text + data[node.end_byte :]
    return data.decode(errors="surrogatepass")


def _value(argument: Node) -> Node | None:
    return argument.child_by_field_name("value") if argument.type == "keyword_argument" else argument
