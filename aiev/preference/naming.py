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
    """The problem with the signature of a program's last function; empty where the program defines none."""
    defined = functions(program, language)
    if not defined:
        return ""
    return f"{problem.rstrip()}\n\nThe function is called `{_signature(program, defined[-1], language)}`."


def _signature(program: str, name: str, language: str) -> str:
    """A function with its parameters; its name alone where they are not to be found."""
    root = tree(program, language)
    nodes = descendants(root) if root is not None else ()
    found = next((node for node in nodes if node.type in FUNCTIONS and name_of(node) == name), None)
    parameters = " ".join(text_of(found.child_by_field_name("parameters")).split()) if found is not None else ""
    return name + (parameters or "()")
