"""Opens a real sandbox once for many tests; one that this machine lacks is skipped by name.

AIEV_REQUIRE_BACKENDS names those whose absence fails the tests instead.
"""

import asyncio
import contextlib
import os
from functools import cache

import pytest

from aiev_interpreter import InterpreterUnavailable, open_interpreter
from aiev_interpreter.settings import InterpreterSettings

PARAMS = [
    pytest.param("docker", marks=pytest.mark.docker),
    pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
]


@cache
def _reason(name):
    """Why the backend does not work here; empty when it does."""
    try:
        asyncio.run(_open_and_close(name))
    except InterpreterUnavailable as error:
        return str(error)
    return ""


async def _open_and_close(name):
    interpreter = await open_interpreter(InterpreterSettings(backend=name, ready=0), run_id="probe")
    await interpreter.close()


def refuse(name, reason):
    """Skip the test, or fail it where the backend is required."""
    required = name in os.environ.get("AIEV_REQUIRE_BACKENDS", "").split(",")
    (pytest.fail if required else pytest.skip)(f"{name} is not here: {reason}")


def require(name):
    """Skip or fail the test when the backend does not work here."""
    if reason := _reason(name):
        refuse(name, reason)


@contextlib.contextmanager
def opened(name, run_id, install=None, **settings):
    """The interpreter; it keeps nothing of an event loop, so tests with loops of their own can share it."""
    require(name)
    chosen = InterpreterSettings(backend=name, **settings)
    try:
        interpreter = asyncio.run(open_interpreter(chosen, install, run_id=run_id))
    except InterpreterUnavailable as error:
        refuse(name, str(error))
    try:
        yield interpreter
    finally:
        asyncio.run(interpreter.close())
