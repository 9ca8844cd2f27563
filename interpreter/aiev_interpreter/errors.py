"""What can go wrong with a sandbox.

InterpreterError
├── InterpreterUnavailable   no sandbox can be had here; the message says what was tried and what to do
└── SandboxError             the sandbox failed in the middle of a job: becomes the verdict `infra`
"""

from __future__ import annotations


class InterpreterError(Exception):
    """Base of every error raised by `aiev_interpreter`."""


class InterpreterUnavailable(InterpreterError):  # noqa: N818 - reads as the state it is
    """No sandbox of the wanted kind works on this machine."""


class SandboxError(InterpreterError):
    """The sandbox itself failed; no program is to blame."""
