"""Opens a real sandbox once for many tests; one that this machine lacks is skipped by name.

AIEV_REQUIRE_BACKENDS names those whose absence fails the tests instead.
"""

import asyncio
import contextlib
import os
from functools import cache

import pytest

from aiev_interpreter.backends.open import open_interpreter, probe
from aiev_interpreter.settings import InterpreterSettings

PARAMS = [
    pytest.param("docker", marks=pytest.mark.docker),
    pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
]


@cache
def _found(name):
    return asyncio.run(probe(name))


def require(name):
    """Skip or fail the test when the backend does not work here."""
    if not _found(name).present:
        required = name in os.environ.get("AIEV_REQUIRE_BACKENDS", "").split(",")
        (pytest.fail if required else pytest.skip)(f"{name} is not here: {_found(name).detail}")


@contextlib.contextmanager
def opened(name, run_id, install=None, **settings):
    """The interpreter; it keeps nothing of an event loop, so tests with loops of their own can share it."""
    require(name)
    interpreter = asyncio.run(open_interpreter(InterpreterSettings(backend=name, **settings), install, run_id=run_id))
    try:
        yield interpreter
    finally:
        asyncio.run(interpreter.close())
