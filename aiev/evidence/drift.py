"""How the assertions of a suite changed between two rounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev.evidence.literals import same_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.evidence.assertion import Assertion


@dataclass(frozen=True, slots=True)
class Drift:
    """What became of each assertion of the first suite, and what is new in the second."""

    kept: tuple[Assertion, ...] = ()
    changed: tuple[tuple[Assertion, Assertion], ...] = ()
    """Before and after: about the same call, with another value."""
    dropped: tuple[Assertion, ...] = ()
    added: tuple[Assertion, ...] = ()

    @property
    def bends(self) -> bool:
        """Whether an assertion was dropped or expects another value."""
        return bool(self.changed or self.dropped)


def drift(before: Sequence[Assertion], after: Sequence[Assertion]) -> Drift:
    """Compare two suites as multisets of assertions; their order does not count."""
    rest = list(after)
    kept, open_ = [], []
    for one in before:
        if _take(rest, one, alike=True) is not None:
            kept.append(one)
        else:
            open_.append(one)
    pairs = [(one, _take(rest, one, alike=False)) for one in open_]
    return Drift(
        kept=tuple(kept),
        changed=tuple((one, other) for one, other in pairs if other is not None),
        dropped=tuple(one for one, other in pairs if other is None),
        added=tuple(rest),
    )


def _take(rest: list[Assertion], one: Assertion, *, alike: bool) -> Assertion | None:
    """Remove and return the first assertion about the same call; None when there is none."""
    for index, other in enumerate(rest):
        if other.key == one.key and (not alike or _are_alike(one, other)):
            return rest.pop(index)
    return None


def _are_alike(one: Assertion, other: Assertion) -> bool:
    """Whether two assertions about a call expect the same; numbers that are equal are the same."""
    both = one.relation == other.relation and bool(one.expected)
    return one.value == other.value or (both and same_value(one.expected, other.expected))
