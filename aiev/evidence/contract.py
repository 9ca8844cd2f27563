"""The tests of a dialogue as a contract: what a repair keeps, changes, drops and adds.

Invariant: no assertion of the first runnable reply, and no example of the problem's own, goes or changes without the
arbiter's word; one that a reply leaves out is run all the same. Not covered: languages whose suites cannot be edited
run what the reply says, and the change is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aiev.evidence.assertions import assertions
from aiev.evidence.drift import Drift, drift
from aiev.evidence.editing import with_added, without
from aiev.evidence.examples import examples
from aiev.evidence.literals import same_value
from aiev.evidence.ruling import Outcome, Ruling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.evidence.assertion import Assertion


@dataclass(frozen=True, slots=True)
class Contract:
    """What must hold, and what the arbiter has said so far."""

    language: str
    examples: tuple[Assertion, ...] = ()
    """Of the problem's own text."""
    first: tuple[Assertion, ...] = ()
    """Assertions of the first runnable reply, as they were written."""
    current: tuple[Assertion, ...] = ()
    rulings: tuple[Ruling, ...] = field(default=())

    @classmethod
    def of(cls, problem: str, language: str) -> Contract:
        """The contract before any reply: the problem's own examples."""
        found = examples(problem, language)
        return cls(language, found, current=found)

    @property
    def tests(self) -> str:
        """The assertions, for a prompt."""
        return "\n".join(assertion.source for assertion in self.current)

    def disputes(self, tests: str) -> tuple[tuple[Assertion, Assertion], ...]:
        """Assertions that a reply's tests change, each with what it was, and about which nothing was said yet.

        An example of the problem is not open to dispute.
        """
        fixed = {example.key for example in self.examples} | {ruling.call for ruling in self.rulings}
        changed = self._drift(tests).changed
        return tuple(pair for pair in changed if pair[0].key not in fixed and pair[0].call not in fixed)

    def amended(self, tests: str, rulings: Sequence[Ruling] = ()) -> tuple[str, Contract]:
        """The tests to run for a reply's tests, and the contract from now on.

        An assertion that was kept against the reply's wish runs beside the reply's own, so that the round fails: what
        is accepted holds no test that was found wrong.
        """
        said = {ruling.call: ruling for ruling in (*self.rulings, *rulings)}
        change = self._drift(tests)
        restored = [one for one in change.dropped if not _went(one, said)]
        for old, new in change.changed:
            word = said.get(old.call)
            if word is not None and word.outcome is Outcome.DROPPED:
                tests = without(tests, new, self.language)
            elif word is None or not same_value(word.value, new.expected, self.language):
                restored.append(old if word is None else replace(old, expected=word.value, source=""))
        keys = {one.key for one in restored}
        refuted = {new.source for _, new in change.changed if new.key in keys}
        tests = with_added(tests, restored, self.language) if restored else tests
        now = assertions(tests, self.language)
        current = tuple(one for one in now if one.source not in refuted)
        first = self.first or now
        return tests, replace(self, first=first, current=current, rulings=(*self.rulings, *rulings))

    def demanding(self, assertion: Assertion) -> Contract:
        """The contract with one more test."""
        return replace(self, current=(*self.current, assertion))

    def drift(self) -> Drift:
        """How the tests came from the first runnable reply to now."""
        return drift(self.first, self.current)

    def _drift(self, tests: str) -> Drift:
        return drift(self.current, assertions(tests, self.language))


def _went(assertion: Assertion, said: dict[str, Ruling]) -> bool:
    word = said.get(assertion.call)
    return word is not None and word.outcome is Outcome.DROPPED
