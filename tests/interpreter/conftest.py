import asyncio

import pytest
from support import backends

from aiev_interpreter import Job, Limits

RUN = "conformance"


@pytest.fixture(scope="session", params=backends.PARAMS)
def interpreter(request):
    """Each real backend."""
    with backends.opened(request.param, run_id=RUN) as interpreter:
        yield interpreter


@pytest.fixture
def limits():
    return Limits(wall_seconds=4.0, cpu_seconds=3.0, memory_bytes=256 << 20, output_bytes=8192, disk_bytes=16 << 20)


@pytest.fixture
def run(interpreter, limits):
    """Execute a program with tests on the backend under test."""

    async def execute(program, tests, **options):
        return await interpreter.execute(Job(program=program, tests=tests, limits=limits, **options))

    return execute


@pytest.fixture
def together():
    return asyncio.gather
