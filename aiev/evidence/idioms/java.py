"""Claims of Java tests: assert, and the methods of JUnit 4 and 5 (and of AssertJ's `assertThat(x).isEqualTo(y)`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.evidence.idioms.claim import Claim, names
from aiev.evidence.idioms.condition import conditions
from aiev.evidence.idioms.ecmascript import body_of
from aiev.evidence.trees import arguments, named, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_PAIRS = names(
    equal="Equals ArrayEquals IterableEquals", unequal="NotEquals", same="Same", other="NotSame", matches="LinesMatch"
)
_SINGLE = names(null="Null", not_null="NotNull")


def claims(node: Node) -> list[Claim]:
    """What a Java statement claims."""
    inner = named(node)
    if node.type == "assert_statement" and inner:
        return conditions(inner[0])
    if node.type != "expression_statement" or not inner or inner[0].type != "method_invocation":
        return []
    call = inner[0]
    name, given = text_of(call.child_by_field_name("name")), arguments(call)
    if name == "isEqualTo" and len(given) == 1:
        return _fluent(call, given[0])
    return _asserted(name.removeprefix("assert"), given) if name.startswith("assert") and given else []


def _asserted(kind: str, given: list[Node]) -> list[Claim]:
    if kind == "Throws" and len(given) > 1:
        return [Claim("raises", body_of(given[1]), given[0])]
    if kind in {"True", "False"}:
        condition = given[1] if given[0].type == "string_literal" and len(given) > 1 else given[0]
        return conditions(condition, positive=kind == "True")
    if kind in _PAIRS and len(given) > 1:
        first, second, *rest = _without_message(given)
        tolerance = [one for one in rest if one.type != "string_literal"]
        relation = "almost" if tolerance and kind == "Equals" else _PAIRS[kind]
        return [Claim(relation, first, second, tuple(tolerance), value_first=True)]
    return [Claim(_SINGLE[kind], given[-1])] if kind in _SINGLE else []


def _without_message(given: list[Node]) -> list[Node]:
    """Arguments without the message that JUnit 4 puts first."""
    first, *rest = given
    return rest if len(rest) > 1 and first.type == "string_literal" and rest[-1].type != "string_literal" else given


def _fluent(call: Node, value: Node) -> list[Claim]:
    subject = call.child_by_field_name("object")
    if subject is None or text_of(subject.child_by_field_name("name")) != "assertThat" or not arguments(subject):
        return []
    return [Claim("==", arguments(subject)[0], value)]
