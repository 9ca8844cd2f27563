"""One trial: a program and independent solutions, run against its own tests and the calls of all tests.

Invariant: what an independent test expects is compared with values on the host, so a test that is wrong disturbs no
other. Not covered: who is asked for solutions (`witnesses.py`), and what the outcome means (`verdict.py`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiev.evidence.agreement import Agreement, Disagreement, Row, agreement, only, shared_values, split_calls, unanimous
from aiev.evidence.assertions import assertions
from aiev.evidence.behaviour import suspicions
from aiev.evidence.fuzzing import fuzzed
from aiev.evidence.literals import same_value, whole_numbers
from aiev.evidence.program_tokens import program_tokens
from aiev.evidence.scores import scores
from aiev.evidence.units import units
from aiev.store.records import EvidenceTest
from aiev_agents.languages import PYTHON
from aiev_interpreter.matrix import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiev.evidence.assertion import Assertion
    from aiev.evidence.claim import Claim
    from aiev.evidence.settings import AcceptSettings
    from aiev.evidence.witnesses import Witnesses
    from aiev_interpreter.matrix import MatrixResult

MOST_TESTS = 24
"""Independent tests that are tried, at most."""
_GIVES = frozenset({"==", "is", "true", "false", "none"})
"""Relations of an assertion that says which value a call gives."""
_NO_ANSWER = frozenset({"", Cell.SKIPPED, Cell.TIMEOUT})
_MOST_SPLIT = 0.25
"""Share of the tests' calls that may be left out because solutions split on them; more say that a problem is hard."""
_NO_FAILURE = frozenset({Cell.PASSED, Cell.SKIPPED})
_TRUSTED = 0.5
"""Share of the independent solutions that must pass an independent test for it to be taken for right."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run: programs, the program's own tests as units, and calls."""

    programs: dict[str, int]
    """Distinct solutions, each with how many they are."""
    own: tuple[str, ...]
    """The program's own tests as units."""
    compared: tuple[bool, ...]
    """Of these, which ones only compare calls with values, so that the values decide."""
    independent: tuple[Assertion, ...]
    calls: tuple[str, ...]
    """Of all tests."""
    further: tuple[str, ...]
    """Made from those by fuzzing."""

    @classmethod
    def of(cls, claim: Claim, witnesses: Witnesses, settings: AcceptSettings) -> Plan:
        """The trial of a claim."""
        language = claim.language
        suites = "\n\n".join(witnesses.tests(language))
        independent = tuple(one for one in assertions(suites, language) if is_compared(one))[:MOST_TESTS]
        wanted = (*claim.contract.examples, *assertions(claim.tests, language), *independent)
        calls = tuple(dict.fromkeys(one.call for one in wanted if is_compared(one)))
        further = fuzzed(calls, limit=settings.fuzzed, seed=claim.problem, language=language)
        own = units(claim.tests, language)
        compared = tuple(_is_compared_unit(unit, language) for unit in own)
        return cls(_distinct(claim, witnesses), own, compared, independent, calls, further)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a plan came to. The program itself is run twice, to see whether it is stable."""

    plan: Plan
    own: Row
    again: Row
    others: tuple[Row, ...]
    left_out: frozenset[str] = frozenset()
    """Calls of the tests of which the problem does not say what they give."""

    @classmethod
    def of(cls, plan: Plan, result: MatrixResult, further: MatrixResult) -> Trial:
        """Read the results of the program, the program again, and the solutions.

        Args:
            plan: what was run.
            result: of the tests and their calls.
            further: of the further calls.
        """
        weights = (1, 1, *plan.programs.values())
        parts = (result.values, plan.calls), (further.values, plan.further)
        tested, fuzzed = (found or (("",) * len(calls),) * len(weights) for found, calls in parts)
        values = (tuple(map(whole_numbers, (*one, *other))) for one, other in zip(tested, fuzzed, strict=True))
        own, again, *others = map(Row, result.cells, values, weights)
        return cls(plan, own, again, tuple(others))

    @property
    def stable(self) -> bool:
        """Whether both runs of the program gave the same, wherever both came to an end in time."""
        cells = zip(self.own.cells, self.again.cells, strict=True)
        values = zip(self.own.values, self.again.values, strict=True)
        return all(one == other or not {one, other}.isdisjoint(_NO_ANSWER) for one, other in (*cells, *values))

    @property
    def failed(self) -> tuple[str, ...]:
        """The program's own tests that it fails, such as one that a repair had dropped.

        A test that fails alone only, without those before it, counts for nothing.
        """
        *alone, together = self.own.cells
        if together in _NO_FAILURE:
            return ()
        return tuple(unit for unit, end in zip(self.plan.own, alone, strict=True) if end not in _NO_FAILURE)

    @property
    def suspicions(self) -> tuple[str, ...]:
        """What the program's values say against it."""
        tested = len(self.plan.calls)
        shared = shared_values(self.own, self.others, tested)
        return suspicions(self.own.values[:tested], self.own.values[tested:], shared)

    @property
    def agreement(self) -> Agreement:
        """How many solutions agree with the program on its own tests and the calls of all tests, but for some."""
        calls = self.plan.calls
        places = [place for place, call in enumerate(calls) if call not in self.left_out]
        own, *others = (only(self._judged(row), places) for row in (self.own, *self.others))
        return agreement(own, others, [calls[place] for place in places])

    def split(self, claim: Claim) -> list[str]:
        """Calls of the tests on which the solutions split, where they are few and no examples of the problem."""
        found = split_calls(self.others, self.plan.calls)
        examples = {one.call for one in claim.contract.examples}
        few = len(found) <= _MOST_SPLIT * len(self.plan.calls) and examples.isdisjoint(found)
        return found if few else []

    def against(self) -> Disagreement | None:
        """The best argument against the program: of the tests' calls, else of further ones on which all are one."""
        every = (*self.plan.calls, *self.plan.further)
        return self.agreement.against or unanimous(self.own, self.others, every)

    def tests(self, claim: Claim) -> tuple[EvidenceTest, ...]:
        """Each test with who passed it, and how far it is trusted."""
        rows = (self.own, *self.others)
        programs = sum(row.weight for row in rows)
        passed = [self._passed(row, claim) for row in rows]
        trust = scores(passed).tests
        own = self.plan.own
        sources = [(text, "own", fate) for text, fate in zip(own, _fates(own, claim), strict=True)]
        sources += [
            (one.source, "independent", "passed" if held else "failed")
            for one, held in zip(self.plan.independent, passed[0][len(own) :], strict=True)
        ]
        return tuple(
            EvidenceTest(
                position=position,
                source=source,
                origin=origin,
                fate=fate,
                passed=sum(row.weight for row, held in zip(rows, passed, strict=True) if held[position]),
                programs=programs,
                score=round(trust[position], 4),
            )
            for position, (source, origin, fate) in enumerate(sources)
        )

    def _passed(self, row: Row, claim: Claim) -> list[bool]:
        values = dict(zip(self.plan.calls, row.values, strict=False))
        return [
            *(cell is Cell.PASSED for cell in row.cells[:-1]),
            *(same_value(values[one.call], one.expected, claim.language) for one in self.plan.independent),
        ]

    def _judged(self, row: Row) -> Row:
        """A row with the calls of the tests, and with the tests that values do not decide."""
        cells = zip(row.cells, self.plan.compared, strict=False)
        return Row(
            tuple(cell for cell, compared in cells if not compared), row.values[: len(self.plan.calls)], row.weight
        )


def is_trusted(test: EvidenceTest) -> bool:
    """Whether enough of the independent solutions pass an independent test for it to be taken for right."""
    others = test.programs - 1  # all but the program itself
    passed = test.passed - (test.fate == "passed")
    return test.origin == "independent" and others > 0 and passed >= _TRUSTED * others


def is_compared(assertion: Assertion) -> bool:
    """Whether an assertion says what a call gives."""
    return bool(assertion.call) and assertion.relation in _GIVES


def _is_compared_unit(unit: str, language: str) -> bool:
    """Whether a unit does nothing but compare calls with values."""
    found = assertions(unit, language)
    return language == PYTHON and bool(found) and all(map(is_compared, found))


def _distinct(claim: Claim, witnesses: Witnesses) -> dict[str, int]:
    """Programs of the solutions without repetitions, each with how many it stands for."""
    forms: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for program in witnesses.programs(claim.language):
        counted[forms.setdefault(program_tokens(program, claim.language), program)] += 1
    return dict(counted)


def _fates(units_: Iterable[str], claim: Claim) -> list[str]:
    """What each unit of the program's own tests is to the contract."""
    drift = claim.contract.drift()
    kept = _keys((*claim.contract.examples, *drift.kept))
    changed = _keys(new for _, new in drift.changed) - _keys(claim.contract.examples)
    found = [_keys(assertions(unit, claim.language)) for unit in units_]
    return ["changed" if one & changed else "kept" if one & kept else "added" for one in found]


def _keys(found: Iterable[Assertion]) -> set[str]:
    return {one.key for one in found}
