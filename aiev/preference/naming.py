"""Says in a problem what the program must be called, where it does not, so that independent tests can call it."""

from __future__ import annotations

from aiev.evidence.definitions import functions
from aiev.evidence.problem import names_of
from aiev.evidence.trees import FUNCTIONS, descendants, text_of, tree
from aiev_agents.languages.syntax import name_of


def is_named(problem: str) -> bool:
    """Whether a problem names a function or class."""
    return bool(names_of(problem))


def with_name(problem: str, program: str, language: str) -> str:
    """The problem with the signature of a program's last function or class; empty where the program defines none."""
    defined = [name for name in functions(program, language) if "." not in name]
    if not defined:
        return ""
    signature = _signature(program, defined[-1], language)
    kind = "function" if signature else "class"
    return f"{problem.rstrip()}\n\nThe {kind} is called `{signature or f'{defined[-1]}()'}`."


def _signature(program: str, name: str, language: str) -> str:
    """A function with its parameters; empty for what is none."""
    root = tree(program, language)
    nodes = descendants(root) if root is not None else ()
    found = next((node for node in nodes if node.type in FUNCTIONS and name_of(node) == name), None)
    return name + " ".join(text_of(found.child_by_field_name("parameters")).split()) if found is not None else ""
