"""The code interpreter of aiev: executes programs with their unit tests in a sandbox, under limits."""

from aiev_interpreter.backends.open import open_interpreter
from aiev_interpreter.errors import InterpreterError, InterpreterUnavailable
from aiev_interpreter.matrix import Cell, Coverage, Matrix, MatrixResult
from aiev_interpreter.protocol import ExecutionResult, Interpreter, Job, Limits, Verdict

__all__ = [
    "Cell",
    "Coverage",
    "ExecutionResult",
    "Interpreter",
    "InterpreterError",
    "InterpreterUnavailable",
    "Job",
    "Limits",
    "Matrix",
    "MatrixResult",
    "Verdict",
    "open_interpreter",
]
