"""The errors of the interpreter.

InterpreterError
├── InterpreterUnavailable   no sandbox works here; the message says what was tried and what to do
└── SandboxError             the sandbox failed during a job, which becomes the verdict `infra`
"""

from __future__ import annotations


class InterpreterError(Exception):
    """Base of every error raised by `aiev_interpreter`."""


class InterpreterUnavailable(InterpreterError):  # noqa: N818 - reads as the state it is
    """No sandbox of the requested kind works on this machine."""


class SandboxError(InterpreterError):
    """The sandbox failed; the program is not the cause."""
