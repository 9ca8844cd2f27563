"""The assertions of a test suite, in all eight languages, as syntax.

Invariant: no text raises, and nothing is run. Not covered: assertions that frameworks make without a word in the tests.
"""

from __future__ import annotations

from functools import lru_cache

from aiev.evidence.assertion import Assertion, Located
from aiev.evidence.doctests import doctest_assertions
from aiev.evidence.reader import Reader
from aiev.evidence.trees import tree

__all__ = ["Assertion", "assertions", "located_assertions"]


def assertions(tests: str, language: str) -> tuple[Assertion, ...]:
    """The assertions of a suite, in the order of its text; those of doctests come last.

    A loop over a literal table of cases gives one for each row in Python; in other languages a loop gives one.
    """
    found = [one.assertion for one in located_assertions(tests, language)]
    return (*found, *(doctest_assertions(tests) if language == "python" and ">>>" in tests else ()))


@lru_cache(maxsize=64)
def located_assertions(tests: str, language: str) -> tuple[Located, ...]:
    """The assertions of a suite with their places; those of doctests have none, and are left out."""
    root = tree(tests, language)
    return tuple(Reader(language).read(root)) if root is not None else ()
