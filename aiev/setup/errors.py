"""The one translation of errors of agents and interpreter into ours.

Invariant: the message stays one line and says what was tried; no key is in it, since those errors hold none.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiev.errors import SetupError
from aiev_agents.errors import ModelError, ModelRefused, ModelUnavailable
from aiev_interpreter.errors import InterpreterError, InterpreterUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def as_setup_errors() -> Iterator[None]:
    """Turn every error of a model or an interpreter into a SetupError: for opening them.

    Raises:
        SetupError: with the words of the error.
    """
    try:
        yield
    except (ModelError, InterpreterError) as error:
        raise SetupError(str(error)) from None


@contextmanager
def as_resumable_errors() -> Iterator[None]:
    """Turn what stops all work into a SetupError: for work that is kept as it goes on.

    An error of one request passes: it is data.

    Raises:
        SetupError: a model refuses every request or does not answer, or the interpreter lacks the tools of a language.
    """
    try:
        yield
    except (ModelRefused, ModelUnavailable) as error:
        raise SetupError(f"{error}; everything so far is kept, run the same command again to resume") from None
    except InterpreterUnavailable as error:
        raise SetupError(str(error)) from None
