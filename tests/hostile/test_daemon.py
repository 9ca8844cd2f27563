"""The Docker daemon goes away in the middle of a run: that is `infra`, and the next job works once it is back.

The real daemon is left alone; a socket of the test's own stands before it and is cut.
"""

import asyncio
import contextlib
import gc
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from hostile.outside import ADD, gone, seen
from support import backends

from aiev_interpreter import InterpreterUnavailable, Job, Verdict
from aiev_interpreter.backends.open import open_interpreter
from aiev_interpreter.settings import InterpreterSettings

pytestmark = [
    pytest.mark.docker,
    # The Docker SDK leaves a socket to the garbage collector when its connection is refused.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

RUN = "hostile-daemon"
REAL = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")
SLEEPER = "import ctypes, time\nctypes.CDLL(None).prctl(15, b'{marker}', 0, 0, 0)\ntime.sleep(3)\n"
TESTS = "assert add(1, 2) == 3"


class Proxy:
    """Forwards a UNIX socket to the daemon's, until it is cut."""

    def __init__(self, path):
        self.path = path
        self.writers = set()
        self.flows = asyncio.Event()
        self.server = None

    async def start(self):
        self.path.unlink(missing_ok=True)
        self.flows.set()
        self.server = await asyncio.start_unix_server(self.serve, self.path)

    async def serve(self, reader, writer):
        self.writers.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(REAL)
            self.writers.add(far_writer)
            await asyncio.gather(self.copy(reader, far_writer), self.copy(far_reader, writer))
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()

    async def copy(self, reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                await self.flows.wait()
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()

    def cut(self):
        """As when the daemon is killed: nobody listens, and every connection is gone."""
        self.server.close()
        self.path.unlink(missing_ok=True)
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()

    def freeze(self):
        """As when the daemon is stopped: connections stay, and nothing is said."""
        self.flows.clear()

    def thaw(self):
        self.flows.set()


@pytest.fixture
def daemon():
    backends.require("docker")


@pytest.fixture
async def proxy(daemon, monkeypatch):
    folder = Path(tempfile.mkdtemp(prefix="aiev-proxy-", dir="/tmp"))
    opened = Proxy(folder / "proxy.sock")
    await opened.start()
    monkeypatch.setenv("DOCKER_HOST", f"unix://{opened.path}")
    yield opened
    opened.thaw()
    opened.cut()
    shutil.rmtree(folder, ignore_errors=True)
    gc.collect()


@pytest.fixture
async def interpreter(proxy):
    opened = await open_interpreter(InterpreterSettings(backend="docker"), run_id=RUN)
    yield opened
    await asyncio.wait_for(opened.close(), 60)


@pytest.fixture
def execute(interpreter, limits):
    async def run(program, tests=TESTS):
        return await interpreter.execute(Job(program=program, tests=tests, limits=limits))

    return run


async def containers():
    """Containers of this file's runs, asked of the real daemon."""
    command = ["docker", "-H", f"unix://{REAL}", "ps", "-aq", "--filter", f"label=aiev.run={RUN}"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    return (await process.communicate())[0].split()


async def test_a_daemon_that_dies_in_the_middle_of_a_run_is_infra_and_the_next_job_works(proxy, execute, marker):
    job = asyncio.ensure_future(execute(SLEEPER.format(marker=marker) + ADD))
    assert await seen(marker)
    proxy.cut()
    result = await asyncio.wait_for(job, 30)
    assert result.verdict is Verdict.INFRA, result
    assert result.detail
    await proxy.start()
    assert (await execute(ADD)).verdict is Verdict.OK


async def test_jobs_without_a_daemon_are_infra_at_once_until_it_is_back(proxy, execute):
    assert (await execute(ADD)).verdict is Verdict.OK
    proxy.cut()
    started = time.monotonic()
    results = [await execute(ADD) for _ in range(3)]
    assert [result.verdict for result in results] == [Verdict.INFRA] * 3
    assert time.monotonic() - started < 30
    await proxy.start()
    assert (await execute(ADD)).verdict is Verdict.OK


async def test_several_jobs_in_flight_are_all_infra_when_the_daemon_dies(proxy, execute, marker):
    jobs = [asyncio.ensure_future(execute(SLEEPER.format(marker=marker) + ADD)) for _ in range(3)]
    assert await seen(marker)
    proxy.cut()
    results = await asyncio.wait_for(asyncio.gather(*jobs), 30)
    assert [result.verdict for result in results] == [Verdict.INFRA] * 3
    await proxy.start()
    assert (await execute(ADD)).verdict is Verdict.OK


async def test_nothing_is_left_after_the_daemon_is_back_and_the_interpreter_closed(proxy, limits, marker):
    interpreter = await open_interpreter(InterpreterSettings(backend="docker"), run_id=RUN)
    program = SLEEPER.format(marker=marker).replace("sleep(3)", "sleep(60)") + ADD
    job = asyncio.ensure_future(interpreter.execute(Job(program=program, tests=TESTS, limits=limits)))
    assert await seen(marker)
    proxy.cut()
    await asyncio.wait_for(job, 30)
    await proxy.start()
    await asyncio.wait_for(interpreter.close(), 60)
    assert await gone(marker, seconds=10)
    assert await containers() == []


async def test_a_daemon_that_falls_silent_is_infra_in_bounded_time(proxy, execute, marker):
    job = asyncio.ensure_future(execute(SLEEPER.format(marker=marker) + ADD))
    assert await seen(marker)
    proxy.freeze()
    done, _ = await asyncio.wait({job}, timeout=45)
    proxy.thaw()
    result = await asyncio.wait_for(job, 60)
    assert done, "the job did not end while the daemon was silent"
    assert result.verdict is Verdict.INFRA, result


async def test_an_interpreter_is_not_opened_without_a_daemon(proxy):
    proxy.cut()
    with pytest.raises(InterpreterUnavailable, match="daemon"):
        await asyncio.wait_for(open_interpreter(InterpreterSettings(backend="docker"), run_id=RUN), 30)


async def test_closing_without_a_daemon_neither_raises_nor_hangs(proxy):
    interpreter = await open_interpreter(InterpreterSettings(backend="docker"), run_id=RUN)
    proxy.cut()
    await asyncio.wait_for(interpreter.close(), 60)
    await asyncio.wait_for(interpreter.close(), 60)
