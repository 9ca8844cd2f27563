"""Runs a matrix, and again while its sandbox fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev_interpreter.verdict import Verdict

if TYPE_CHECKING:
    from aiev_interpreter.matrix import Matrix, MatrixResult
    from aiev_interpreter.protocol import Interpreter

TRIES = 3


async def run_matrix(interpreter: Interpreter, matrix: Matrix) -> MatrixResult:
    """The result of a matrix; that of the last try if the sandbox failed every time."""
    for _ in range(TRIES - 1):
        result = await interpreter.execute_matrix(matrix)
        if result.verdict is not Verdict.INFRA:
            return result
    return await interpreter.execute_matrix(matrix)
