"""Fixtures of the hostile suite, and the one list of the attacks that succeed today.

A test of this folder runs on each real backend. Each entry of `KNOWN_GAPS` becomes a strict xfail, so a gap
that is closed turns its test red until its line here is gone.
"""

import asyncio
import os
import uuid

import pytest

from aiev_interpreter import Job, Limits
from aiev_interpreter.open import open_interpreter, probe

RUN = "hostile"
MIB = 1 << 20

_UNFILTERED = "there is no filter of system calls"
_SHARED_USER = "the supervisor has the program's user, so its resource limits can be lowered: infra, and so run again"
KNOWN_GAPS: dict[tuple[str, str], str] = {
    ("bubblewrap", "test_a_memory_bomb_is_oom[memory-file]"): "pages of files that are not mapped count nowhere",
    ("bubblewrap", "test_a_memory_bomb_is_oom[system-v-memory]"): "detached shared memory counts nowhere",
    **dict.fromkeys(
        (
            ("docker", "test_the_number_of_files_is_limited"),
            ("bubblewrap", "test_the_number_of_files_is_limited"),
        ),
        "the memory file systems have the kernel's inode limit",
    ),
    (
        "bubblewrap",
        "test_an_assault_on_other_processes_gains_nothing[terminates-every-pid]",
    ): "Python turns SIGINT into an exception, which ends the supervisor: infra, and so run again",
    ("bubblewrap", "test_an_assault_on_other_processes_gains_nothing[limits-its-parent]"): _SHARED_USER,
    **dict.fromkeys(
        (
            ("docker", "test_no_socket_that_goes_around_the_network_can_be_made[virtual-machine]"),
            ("bubblewrap", "test_no_socket_that_goes_around_the_network_can_be_made[virtual-machine]"),
        ),
        "sockets between a virtual machine and its host belong to no network namespace, and no filter refuses them",
    ),
    (
        "docker",
        "test_a_system_call_that_leads_out_is_refused[io-uring]",
    ): "the engine's default filter (20.10) lets io_uring through",
    ("bubblewrap", "test_system_calls_are_filtered"): _UNFILTERED,
    **{
        ("bubblewrap", f"test_a_system_call_that_leads_out_is_refused[{call}]"): _UNFILTERED
        for call in (
            "unshare-user",
            "unshare-user-and-mounts",
            "add-key",
            "session-keyring",
            "perf-event",
            "userfaultfd",
            "io-uring",
        )
    },
}
"""(backend, name of the test with its own parameters) -> what the attack gains today."""


def pytest_itemcollected(item):
    """Mark what is known to fail, by name."""
    spec = getattr(item, "callspec", None)
    backend = spec.params.get("interpreter", "") if spec else ""
    own = "-".join(part for part in spec._idlist if part != backend) if spec else ""
    name = f"{item.originalname}[{own}]" if own else item.originalname
    if reason := KNOWN_GAPS.get((backend, name)):
        item.add_marker(pytest.mark.xfail(strict=True, reason=reason))


@pytest.fixture
def key(monkeypatch):
    """A key to pay with, in the environment before any sandbox is opened."""
    secret = f"sk-{uuid.uuid4().hex}"
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    return secret


@pytest.fixture(
    params=[
        pytest.param("docker", marks=pytest.mark.docker),
        pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    ]
)
async def interpreter(request, key):
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
