"""Fixtures of the hostile suite, and the one list of the attacks that succeed today.

A test of this folder runs on each real backend. Each entry of `KNOWN_GAPS` becomes a strict xfail, so a gap
that is closed turns its test red until its line here is gone.
"""

import asyncio
import uuid

import pytest
from support import backends

from aiev_interpreter import Job, Limits

RUN = "hostile"
MIB = 1 << 20

BACKENDS = ("docker", "bubblewrap")


def _gap(reason, name, *cases, backends=BACKENDS):
    """One reason for a test, or for some cases of a test, on some backends."""
    names = [f"{name}[{case}]" for case in cases] or [name]
    return {(backend, one): reason for backend in backends for one in names}


KNOWN_GAPS: dict[tuple[str, str], str] = {
    **_gap(
        "bubblewrap's memory file systems have the kernel's inode limit alone",
        "test_the_number_of_files_is_limited",
        backends=["bubblewrap"],
    ),
}
"""(backend, name of the test with its own parameters) -> what the attack gains today."""


def pytest_itemcollected(item):
    """Mark what is known to fail, by name."""
    spec = getattr(item, "callspec", None)
    backend = spec.params["interpreter"] if spec and "interpreter" in spec.params else "docker"
    own = "-".join(part for part in spec._idlist if part != backend) if spec else ""
    name = f"{item.originalname}[{own}]" if own else item.originalname
    if reason := KNOWN_GAPS.get((backend, name)):
        item.add_marker(pytest.mark.xfail(strict=True, reason=reason))


@pytest.fixture(scope="session")
def secret():
    """A key to pay with, in the environment before any sandbox is opened."""
    return f"sk-{uuid.uuid4().hex}"


@pytest.fixture
def key(secret, monkeypatch):
    """The same key, in the environment now."""
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    return secret


@pytest.fixture(scope="session", params=backends.PARAMS)
def interpreter(request, secret):
    """Each real backend."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", secret)
        with backends.opened(request.param, run_id=RUN) as interpreter:
            yield interpreter


@pytest.fixture
def limits():
    return Limits(
        wall_seconds=4.0, cpu_seconds=3.0, memory_bytes=256 * MIB, output_bytes=8192, disk_bytes=16 * MIB, processes=32
    )


@pytest.fixture
def run(interpreter, limits):
    """Execute a program with tests on the backend under test."""

    async def execute(program, tests, **options):
        return await interpreter.execute(Job(program=program, tests=tests, limits=limits, **options))

    return execute


@pytest.fixture
def together():
    return asyncio.gather


@pytest.fixture
def marker():
    """A name that no other process of this machine has; short enough for a process's own name."""
    return f"hx{uuid.uuid4().hex[:12]}"
