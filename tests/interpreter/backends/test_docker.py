"""Containers are removed, however their owner ends."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import time

import pytest
from support import backends

from aiev_interpreter import Job, open_interpreter
from aiev_interpreter.backends import docker
from aiev_interpreter.settings import InterpreterSettings

pytestmark = pytest.mark.docker

OWNER = """
import asyncio, sys
from aiev_interpreter import Job, open_interpreter
from aiev_interpreter.settings import InterpreterSettings

async def main():
    interpreter = await open_interpreter(InterpreterSettings(backend="docker"), run_id=sys.argv[1])
    await interpreter.execute(Job("x = 1", "assert x"), owner="one")
    print("ready", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
def daemon():
    backends.require("docker")


@pytest.fixture
async def client(daemon):
    """The daemon's client."""
    client = await docker.connect()
    yield client
    client.close()


def containers(client, run_id, **filters):
    wanted = {"label": f"{docker.RUN_LABEL}={run_id}"} | filters
    return client.containers.list(all=True, filters=wanted, ignore_removed=True)


async def becomes(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not await asyncio.to_thread(condition):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.1)
    return True


async def test_a_closed_interpreter_leaves_no_container(client):
    interpreter = await open_interpreter(InterpreterSettings(backend="docker"), run_id="closes")
    await interpreter.execute(Job("x = 1", "assert x"), owner="one")
    assert containers(client, "closes")
    await interpreter.close()
    await interpreter.close()
    assert containers(client, "closes") == []


async def test_the_containers_of_a_killed_owner_end_by_themselves_and_are_reaped(client):
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", OWNER, "killed", stdout=subprocess.PIPE)
    try:
        assert await process.stdout.readline() == b"ready\n"
        assert containers(client, "killed", status="running")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()
    assert await becomes(lambda: containers(client, "killed", status="running") == [])
    await asyncio.to_thread(docker.reap, client)
    assert containers(client, "killed") == []
