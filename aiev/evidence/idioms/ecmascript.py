"""Claims of JavaScript and TypeScript: Node's assert, console.assert, and expect of Jest, Vitest and Chai."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.evidence.idioms.claim import Claim, names
from aiev.evidence.idioms.condition import conditions, negated
from aiev.evidence.trees import arguments, callee, named, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_PAIRS = names(
    equal="equal strictEqual deepEqual deepStrictEqual equals",
    unequal="notEqual notStrictEqual notDeepEqual notDeepStrictEqual",
    matches="match",
    not_matches="doesNotMatch",
)
_TRUTH = {"assert", "console.assert", "assert.ok", "assert.isTrue", "assert.true"}
_EXPECT = names(
    equal="toBe toEqual toStrictEqual equal eql equals deepEqual",
    almost="toBeCloseTo closeTo",
    has="toContain toContainEqual include",
    greater="toBeGreaterThan",
    at_least="toBeGreaterThanOrEqual",
    less="toBeLessThan",
    at_most="toBeLessThanOrEqual",
    length="toHaveLength",
    matches="toMatch toMatchObject",
    instance="toBeInstanceOf",
)
_BARE = names(
    true="toBeTruthy true",
    false="toBeFalsy false",
    null="toBeNull null",
    undefined="toBeUndefined undefined",
    not_undefined="toBeDefined",
    NaN="toBeNaN",
)


def claims(node: Node) -> list[Claim]:
    """What a statement claims."""
    inner = named(node)
    if node.type != "expression_statement" or not inner:
        return []
    call = named(inner[0])[0] if inner[0].type == "await_expression" and named(inner[0]) else inner[0]
    found = _expected(call)
    return found if found or call.type != "call_expression" else _asserted(call)


def _asserted(call: Node) -> list[Claim]:
    name, given = callee(call), arguments(call)
    if name in _TRUTH and given:
        return conditions(given[0])
    module, _, method = name.rpartition(".")
    if not module.startswith("assert") or not given:
        return []
    if method in _PAIRS and len(given) > 1:
        return [Claim(_PAIRS[method], given[0], given[1])]
    if method in {"throws", "rejects"}:
        errors = [one for one in given[1:] if one.type not in {"string", "template_string"}]
        return [Claim("raises", body_of(given[0]), errors[0] if errors else None)]
    return []


def body_of(function: Node) -> Node:
    """The expression that a function without arguments evaluates; the function itself if it is something else."""
    body = function.child_by_field_name("body")
    if body is None:
        return function
    inner = named(body)
    if body.type not in {"statement_block", "block", "compound_statement"} or len(inner) != 1:
        return body
    return named(inner[0])[0] if named(inner[0]) and inner[0].type != "call_expression" else inner[0]


def _expected(node: Node) -> list[Claim]:
    """`expect(f(1)).not.toBe(2)`, `expect(f(1)).to.be.true`."""
    given = arguments(node) if node.type == "call_expression" else []
    chain = node.child_by_field_name("function") if node.type == "call_expression" else node
    words: list[str] = []
    while chain is not None and chain.type == "member_expression":
        words.append(text_of(chain.child_by_field_name("property")))
        chain = chain.child_by_field_name("object")
    if (
        not words
        or chain is None
        or chain.type != "call_expression"
        or callee(chain) != "expect"
        or not arguments(chain)
    ):
        return []
    claim = _matched(words[0], arguments(chain)[0], given)
    return [negated(claim) if "not" in words else claim] if claim else []


def _matched(matcher: str, subject: Node, given: list[Node]) -> Claim | None:
    if matcher in {"toThrow", "toThrowError", "throw"}:
        return Claim("raises", body_of(subject), given[0] if given else None)
    if matcher in _BARE and not given:
        return Claim(_BARE[matcher], subject)
    if matcher in _EXPECT and given:
        return Claim(_EXPECT[matcher], subject, given[0], tuple(given[1:]))
    return None
