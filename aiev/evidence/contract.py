"""The tests of a dialogue as a contract: what a repair keeps, changes, drops and adds.

Invariant: no assertion of the first runnable reply, and no example of the problem's own, goes or changes without the
arbiter's word; one that a reply leaves out is run all the same. Not covered: languages whose suites cannot be edited
run what the reply says, and the change is counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiev.evidence.assertions import assertions
from aiev.evidence.drift import Drift, drift
from aiev.evidence.editing import replace_expected, with_added, without
from aiev.evidence.examples import examples
from aiev.evidence.literals import same_value
from aiev.evidence.ruling import Outcome, Ruling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.evidence.assertion import Assertion

_CALLED_WRONG = re.compile(
    r"\btests?\b[^.]*\b(?:wrong|incorrect|contradicts?|mistaken|not (?:right|correct|valid))\b"
    r"|\b(?:wrong|incorrect|invalid|mistaken) tests?\b",
    re.IGNORECASE,
)
"""Words by which a programmer says that a test is wrong."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What must hold, and what the arbiter has said so far."""

    language: str
    examples: tuple[Assertion, ...] = ()
    """Of the problem's own text."""
    first: tuple[Assertion, ...] = ()
    """Assertions of the first runnable reply, as they were written."""
    current: tuple[Assertion, ...] = ()
    rulings: tuple[Ruling, ...] = ()

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
        return tuple(pair for pair in self._drift(tests).changed if self._is_open(pair[0]))

    def doubted(self, prose: str, feedback: str) -> tuple[Assertion, ...]:
        """Tests that failed last and that a reply calls wrong in words; about which nothing was said yet."""
        if not _CALLED_WRONG.search(prose):
            return ()
        failed = (one for one in self.current if one.call and one.source in feedback)
        return tuple(one for one in failed if self._is_open(one))

    def _is_open(self, assertion: Assertion) -> bool:
        """Whether the arbiter may be asked: no example of the problem's own, and nothing said yet."""
        of_problem = assertion.key in {example.key for example in self.examples}
        return not of_problem and assertion.call not in {ruling.call for ruling in self.rulings}

    def amended(self, tests: str, rulings: Sequence[Ruling] = ()) -> tuple[str, Contract]:
        """The tests to run for a reply's tests, and the contract from now on.

        An assertion that was kept against the reply's wish runs beside the reply's own, so that the round fails. One
        that goes or gets another value by the arbiter's word does so in what runs, and an export shows what ran.
        """
        said = {ruling.call: ruling for ruling in (*self.rulings, *rulings)}
        tests = self._obeying(tests, said)
        change = self._drift(tests)
        restored = [one for one in change.dropped if not _went(one, said)]
        for old, new in change.changed:
            wanted = _wanted(old, said)
            if not same_value(wanted, new.expected, self.language):
                restored.append(replace(old, expected=wanted, source=""))
        keys = {one.key for one in restored}
        refuted = {new.source for _, new in change.changed if new.key in keys}
        tests = with_added(tests, restored, self.language) if restored else tests
        now = assertions(tests, self.language)
        current = tuple(one for one in now if one.source not in refuted)
        first = self.first or now
        return tests, replace(self, first=first, current=current, rulings=(*self.rulings, *rulings))

    def _obeying(self, tests: str, said: dict[str, Ruling]) -> str:
        """A reply's tests, without those that have gone, and with the values that the arbiter gave himself."""
        for one in assertions(tests, self.language):
            word = said.get(one.call)
            if word is None or word.outcome is Outcome.KEPT:
                continue
            if word.outcome is Outcome.DROPPED:
                tests = without(tests, one, self.language)
            elif one.expected in {word.expected, word.proposed}:
                tests = replace_expected(tests, one, word.value, self.language)
        return tests

    def demanding(self, assertion: Assertion) -> Contract:
        """The contract with one more test."""
        return replace(self, current=(*self.current, assertion))

    def drift(self) -> Drift:
        """How the tests came from the first runnable reply to now."""
        return drift(self.first, self.current)

    def _drift(self, tests: str) -> Drift:
        return drift(self.current, assertions(tests, self.language))


def _wanted(assertion: Assertion, said: dict[str, Ruling]) -> str:
    """What a disputed assertion expects."""
    word = said.get(assertion.call)
    return word.value if word is not None and word.value else assertion.expected


def _went(assertion: Assertion, said: dict[str, Ruling]) -> bool:
    word = said.get(assertion.call)
    return word is not None and word.outcome is Outcome.DROPPED
