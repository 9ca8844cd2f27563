"""Do the scores know what is right? Each scorer of `aiev prefer` against the hidden tests.

    aiev prefer problems.jsonl --set seeds.kind=problem --db pairs.db     (or `aiev prefer --from-runs --db ...`)
    python -m precision.scorers --db pairs.db

Only problems of which some programs are right and some are wrong tell anything. Of each scorer: the rank correlation of
its scores with the hidden tests (Spearman's, mean over problems, with a bootstrap interval), the share of wrong pairs
(the chosen program fails the hidden tests, or the rejected one passes them), and of how many problems there is a pair.
All are computed from one matrix, which no hidden test was part of.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from precision.counting import Share
from precision.hidden import HiddenTests
from precision.problems import all_problems, set_of

from aiev.preference.judgement import judge
from aiev.preference.outcomes import Outcomes, UnitRun
from aiev.preference.settings import PreferSettings, Scorer
from aiev.store.reading.preference import PreferenceReader
from aiev.store.reading.read_only import ReadOnly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aiev.store.preference_records import MatrixRecord

_JUDGED = """
select c.id, s.name from conversations c join seeds s on s.id = c.seed_id
where exists (select 1 from test_units u where u.conversation_id = c.id) order by s.name, c.id
"""
_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Judged:
    """The programs of one problem."""

    name: str
    texts: tuple[str, ...]
    units: tuple[str, ...]
    outcomes: Outcomes
    right: tuple[bool, ...] = ()
    """Of each program, by the hidden tests."""

    @property
    def telling(self) -> bool:
        """Whether some programs are right and some wrong."""
        return len(set(self.right)) > 1


def read_problems(db: Path) -> list[Judged]:
    """The problems of a database that have a matrix, each once."""
    with ReadOnly(db) as opened:
        names = {row["name"]: row["id"] for row in opened.rows(_JUDGED) if set_of(row["name"] or "") != row["name"]}
        reader = PreferenceReader(opened)
        found = [(name, reader.matrix(one)) for name, one in names.items()]
    return [_judged(name, matrix) for name, matrix in found if matrix]


def spearman(scores: Sequence[float], right: Sequence[bool]) -> float:
    """Rank correlation, ties at their mean rank; 0 where one side never changes."""
    if len(set(scores)) < 2:
        return 0.0
    return statistics.correlation(_ranks(scores), _ranks(right))


def interval(values: Sequence[float]) -> tuple[float, float]:
    """95 % of the means of drawings with replacement."""
    draw = random.Random(0)
    means = sorted(statistics.fmean(draw.choices(values, k=len(values))) for _ in range(_DRAWS))
    return means[int(0.025 * _DRAWS)], means[int(0.975 * _DRAWS)]


def table(problems: Sequence[Judged], settings: PreferSettings) -> str:
    """The scorers side by side, as Markdown."""
    telling = [one for one in problems if one.telling]
    head = ("scorer", "rank correlation", "wrong pairs", "problems with a pair")
    lines = [head, ("---",) * 4, *(_line(scorer, telling, settings) for scorer in Scorer)] if telling else []
    about = f"{len(telling)} of {len(problems)} problems have right and wrong programs"
    programs = statistics.fmean(len(one.texts) for one in problems) if problems else 0
    units = statistics.fmean(len(one.units) for one in problems) if problems else 0
    rows = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{rows}\n\n{about}; {programs:.1f} programs and {units:.1f} test units each.\n"


def _line(scorer: Scorer, problems: Sequence[Judged], settings: PreferSettings) -> tuple[str, ...]:
    correlations, wrong, pairs, paired = [], 0, 0, 0
    for one in problems:
        found = judge(one.texts, one.units, "python", one.outcomes, settings.model_copy(update={"scorer": scorer}))
        correlations.append(spearman(found.scores[scorer].programs, one.right))
        pairs += len(found.pairs)
        paired += bool(found.pairs)
        wrong += sum(not one.right[pair.chosen] or one.right[pair.rejected] for pair in found.pairs)
    low, high = interval(correlations)
    correlation = f"{statistics.fmean(correlations):.2f} [{low:.2f}, {high:.2f}]"
    return str(scorer), correlation, str(Share(wrong, pairs)), str(Share(paired, len(problems)))


def _judged(name: str, matrix: MatrixRecord) -> Judged:
    programs = tuple(one.text for one in matrix.generations if one.kind == "program")
    cells = {(cell.program, cell.unit): UnitRun(cell.verdict, cell.cpu_seconds) for cell in matrix.cells}
    runs = tuple(tuple(cells[program, unit.position] for unit in matrix.units) for program in range(len(programs)))
    return Judged(name, programs, tuple(unit.source for unit in matrix.units), Outcomes(runs))


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(values)
    first = {value: place for place, value in reversed(list(enumerate(order)))}
    return [first[value] + (order.count(value) - 1) / 2 for value in values]


def _programs(problems: Sequence[Judged]) -> Iterator[tuple[str, str]]:
    for one in problems:
        yield from ((one.name, text) for text in one.texts)


def main() -> None:
    """Judge, count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--db", type=Path, required=True, help="database with matrices of HumanEval's or MBPP's problems"
    )
    parser.add_argument(
        "--mbpp", type=Path, default=Path(os.environ.get("AIEV_MBPP", "mbpp.jsonl")), help="MBPP's file"
    )
    parser.add_argument("--backend", default="auto", help="sandbox of the hidden tests")
    given = parser.parse_args()
    hidden = HiddenTests(all_problems(given.mbpp)[0], given.db.with_suffix(".hidden.jsonl"))
    problems = read_problems(given.db)
    asyncio.run(hidden.judge(_programs(problems), given.backend))
    known = [
        Judged(
            one.name, one.texts, one.units, one.outcomes, tuple(hidden.of(one.name, text).right for text in one.texts)
        )
        for one in problems
    ]
    sys.stdout.write(table(known, PreferSettings()))


if __name__ == "__main__":
    main()
