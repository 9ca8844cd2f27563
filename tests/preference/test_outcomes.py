import pytest

from aiev.preference.outcomes import Outcomes, UnitRun, known_share, least_share, most_share
from aiev_interpreter.matrix import Cell, MatrixResult
from aiev_interpreter.verdict import Verdict


@pytest.mark.parametrize("verdict", [Verdict.INFRA, Verdict.INSTALL_FAILED])
def test_a_program_whose_sandbox_gave_nothing_has_missing_cells(verdict):
    result = MatrixResult(verdict=verdict, detail="no sandbox")
    assert Outcomes.of([result], 2).runs == ((UnitRun(str(verdict)),) * 2,)
    assert Outcomes.of([result], 2).passed == ((None, None),)


@pytest.mark.parametrize(
    ("cell", "passed"),
    [(Cell.PASSED, True), (Cell.FAILED, False), (Cell.TIMEOUT, False), (Cell.BROKEN, False), (Cell.SKIPPED, None)],
)
def test_each_end_of_a_cell_is_passed_failed_or_missing(cell, passed):
    assert Outcomes.of([MatrixResult(((cell,),), ((0.1,),))], 1).passed == ((passed,),)


def test_a_missing_cell_counts_for_nothing_or_either_way():
    row, weights = (True, None, False), (0.5, 0.3, 0.2)
    assert known_share(row, weights) == pytest.approx(5 / 7)
    assert (least_share(row, weights), most_share(row, weights)) == (0.5, pytest.approx(0.8))
    assert (known_share((None,), (1,)), least_share((), ()), most_share((None,), (0,))) == (0, 0, 0)
