import pytest

from aiev.run.journaled_matrix import as_text, from_text, matrix_hash
from aiev_interpreter.matrix import Cell, Coverage, Matrix, MatrixResult
from aiev_interpreter.verdict import Verdict

FULL = MatrixResult(
    cells=((Cell.PASSED, Cell.SKIPPED), (Cell.TIMEOUT, Cell.BROKEN)),
    cpu_seconds=((0.25, None), (1.0, 0.5)),
    values=(("1", "'é\\n'"), ("", "!ValueError")),
    coverage=Coverage(3, 2, 4, 1, missing=(7,)),
    wall_seconds=1.5,
    backend="bubblewrap",
    image="i",
)


@pytest.mark.parametrize("result", [FULL, MatrixResult(verdict=Verdict.INSTALL_FAILED, detail="no such package")])
def test_a_result_survives_the_journal(result):
    assert from_text(as_text(result)) == result


def test_everything_that_shapes_a_result_is_in_its_name():
    names = {
        matrix_hash(Matrix(("a",), ("b",)), "i"),
        matrix_hash(Matrix(("a",), ("b",)), "j"),
        matrix_hash(Matrix(("a",), ("b",), ("f()",)), "i"),
        matrix_hash(Matrix(("a",), ("b",), seconds=1), "i"),
        matrix_hash(Matrix(("a", "b")), "i"),
    }
    assert len(names) == 5
    assert matrix_hash(Matrix(("a",), ("b",)), "i") in names
