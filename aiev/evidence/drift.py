"""How the assertions of a suite changed between two rounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
        if _take(rest, one, same_value=True) is not None:
            kept.append(one)
        else:
            open_.append(one)
    pairs = [(one, _take(rest, one, same_value=False)) for one in open_]
    return Drift(
        kept=tuple(kept),
        changed=tuple((one, other) for one, other in pairs if other is not None),
        dropped=tuple(one for one, other in pairs if other is None),
        added=tuple(rest),
    )


def _take(rest: list[Assertion], one: Assertion, *, same_value: bool) -> Assertion | None:
    """Remove and return the first assertion about the same call; None when there is none."""
    for index, other in enumerate(rest):
        if other.key == one.key and (not same_value or other.value == one.value):
            return rest.pop(index)
    return None
