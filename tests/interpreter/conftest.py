import asyncio
import os

import pytest

from aiev_interpreter import Job, Limits
from aiev_interpreter.open import open_interpreter, probe

RUN = "conformance"


@pytest.fixture(
    params=[
        pytest.param("docker", marks=pytest.mark.docker),
        pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    ]
)
async def interpreter(request):
    """Each real backend; one that this machine lacks is skipped by name, unless AIEV_REQUIRE_BACKENDS names it."""
    found = await probe(request.param)
    if not found.present:
        required = request.param in os.environ.get("AIEV_REQUIRE_BACKENDS", "").split(",")
        (pytest.fail if required else pytest.skip)(f"{request.param} is not here: {found.detail}")
    opened = await open_interpreter(request.param, run_id=RUN)
    yield opened
    await opened.close()


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
