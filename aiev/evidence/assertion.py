"""One assertion of a test suite, as syntax."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a suite says must hold."""

    source: str
    """Its statement; in a loop over a table of cases, the row."""
    call: str
    """The expression that calls the program, such as `f(1, [2])`, with the names of the test put in. Empty when the
    assertion is no statement about one call, or no single expression gives it."""
    expected: str
    """The other side, likewise; what must be raised for `raises`. Empty when `call` is empty."""
    relation: str
    """`==`, `!=`, `<`, `in`, `is`, `almost`, `raises`, `true`, `false`, ...; `has` is `in` the other way round."""
    key: str
    """Normal form of what is asserted about: equal for assertions that say something about the same call, whatever they
    expect."""
    value: str
    """Normal form of what is expected, with the relation where that is not equality."""


@dataclass(frozen=True, slots=True)
class Located:
    """An assertion, and the bytes of the suite that make it."""

    assertion: Assertion
    statement: tuple[int, int]
    """The statement that makes it: an assertion, or the call of a helper that asserts."""
    expected: tuple[int, int] | None = None
    """What it expects, where that stands by itself."""
    actual: tuple[int, int] | None = None
    """What is asserted about, where it stands by itself."""
    row: tuple[int, int] | None = None
    """Its row in a table of cases."""
