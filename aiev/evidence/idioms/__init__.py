"""The ways in which tests of each language say what must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.evidence.idioms import bash, cpp, ecmascript, go, java, python, rust
from aiev.evidence.idioms.failing import guarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from aiev.evidence.idioms.claim import Claim

__all__ = ["claims"]

_READERS: dict[str, Callable[[Node], list[Claim]]] = {
    "python": python.claims,
    "javascript": ecmascript.claims,
    "typescript": ecmascript.claims,
    "java": java.claims,
    "cpp": cpp.claims,
    "rust": rust.claims,
    "go": go.claims,
    "bash": bash.claims,
}


def claims(node: Node, language: str) -> list[Claim]:
    """What a statement claims by itself, without the statements inside it; nothing when it is no assertion."""
    if node.type in {"ERROR", "comment"} or language not in _READERS:
        return []
    return _READERS[language](node) or (guarded(node) if language != "bash" else [])
