"""Programs that take all they can get: processes, memory, time, output, disk, files."""

import asyncio
import time
from dataclasses import replace

import pytest
from hostile.outside import ADD, REFUSED, gone, resident
from support.programs import RAN, TO_THE_END

from aiev_interpreter import Job, Verdict

MIB = 1 << 20
NAMED = "import ctypes\nctypes.CDLL(None).prctl(15, b'{marker}', 0, 0, 0)\n"

FORK_BOMBS = {
    "endless": "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n",
    "detached": (
        "import os\nwhile True:\n    try:\n        os.fork() or os.setsid()\n    except OSError:\n        pass\n"
    ),
    "threads": (
        "import threading, time\nwhile True:\n    try:\n"
        "        threading.Thread(target=time.sleep, args=(60,)).start()\n    except RuntimeError:\n        pass\n"
    ),
}

TMPFS_BOMB = """import os
for place in ('/tmp', '/dev/shm', '/work'):
    for n in range(100):
        try:
            with open(f'{place}/fill{n}', 'wb', buffering=0) as file:
                file.write(bytes(1 << 20))
        except OSError:
            break
data = []
while True:
    data.append(b'x' * (1 << 20))
"""

MEMORY_BOMBS = {
    "list": "data = []\nwhile True:\n    data.append(str(len(data)) * 100)",
    "bytearray": "data = [bytearray(16 << 20) for _ in range(64)]",
    "one-piece": "data = bytearray(1 << 40)",
    "touched": (
        "data = []\nfor _ in range(64):\n    data.append(bytearray(16 << 20))\n"
        "    data[-1][::4096] = b'x' * len(data[-1][::4096])\n"
    ),
    "children": (
        "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n"
        "        data = bytearray(b'x') * (64 << 20)\n        time.sleep(30)\ntime.sleep(30)\n"
    ),
    "shared-mapping": (
        "import mmap\nwhole = mmap.mmap(-1, 1 << 30)\nfor place in range(0, 1 << 30, 4096):\n    whole[place] = 1\n"
    ),
    "files-and-heap": TMPFS_BOMB,
}
OWNERLESS = {
    "memory-file": (
        "import os\nfile = os.memfd_create('x')\nparts = [os.memfd_create(str(n)) for n in range(100)]\n"
        "for part in parts:\n    for _ in range(8):\n        os.write(part, b'x' * (1 << 20))\n"
    ),
    "system-v-memory": (
        "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.shmat.restype = ctypes.c_void_p\nfor _ in range(64):\n"
        "    place = libc.shmat(libc.shmget(0, 16 << 20, 0o1600), None, 0)\n"
        "    ctypes.memset(place, 1, 16 << 20)\n    libc.shmdt(ctypes.c_void_p(place))\n"
    ),
}

DEAF = """import signal
for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
"""
LOOPS = {
    "plain": "while True:\n    pass",
    "sigterm": "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True:\n    pass",
    "every-signal": DEAF + "while True:\n    pass",
    "blocked-signals": (
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\nwhile True:\n    pass"
    ),
    "in-c-code": "import re\nre.match('(a+)+$', 'a' * 64 + 'b')",
    "asleep": DEAF + "import time\nwhile True:\n    time.sleep(60)",
    "stopped": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "catches-everything": (
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass\n"
    ),
    "at-exit": "import atexit\n@atexit.register\ndef forever():\n    while True:\n        pass\n",
}

FLOOD = """import os
os.write(1, b'HEAD-OUT\\n')
os.write(2, b'HEAD-ERR\\n')
stream = 1 if os.fork() else 2
while True:
    os.write(stream, b'x' * 65536)
"""

FILL = """import os
written = {}
for place in ('/work', '/tmp', '/dev/shm'):
    written[place] = 0
    for n in range(100):
        try:
            with open(f'{place}/fill{n}', 'wb', buffering=0) as file:
                for _ in range(64):
                    written[place] += file.write(bytes(1 << 16))
        except OSError:
            break
"""


@pytest.mark.parametrize("bomb", FORK_BOMBS.values(), ids=FORK_BOMBS)
async def test_a_fork_bomb_is_ended_and_leaves_no_process(run, marker, bomb):
    result = await run(NAMED.format(marker=marker) + bomb, "assert True")
    assert result.verdict in REFUSED
    assert await gone(marker)
    assert (await run(ADD, "assert add(1, 2) == 3")).verdict is Verdict.OK


@pytest.mark.parametrize("bomb", MEMORY_BOMBS.values(), ids=MEMORY_BOMBS)
async def test_a_memory_bomb_is_oom(run, bomb):
    result = await run(bomb, "assert True")
    assert result.verdict is Verdict.OOM, result


@pytest.mark.parametrize("bomb", OWNERLESS.values(), ids=OWNERLESS)
async def test_memory_that_belongs_to_no_process_is_refused(run, bomb):
    assert (await run(bomb, "assert True")).verdict is Verdict.ERROR


@pytest.mark.parametrize(
    "program",
    ["import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "raise ValueError('MemoryError')", "exit(137)"],
    ids=["killed", "named-in-a-message", "exit-code"],
)
async def test_an_end_that_only_looks_like_a_memory_bomb_is_an_error(run, program):
    assert (await run(program, "assert True")).verdict is Verdict.ERROR


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
async def test_a_loop_that_nothing_moves_is_a_timeout(run, limits, loop):
    started = time.monotonic()
    result = await run(loop, "assert True")
    assert result.verdict is Verdict.TIMEOUT, result
    assert time.monotonic() - started < limits.wall_seconds + 5


async def test_a_flood_on_both_streams_is_cut_at_its_source(run):
    await run(ADD, "assert add(1, 2) == 3")
    before, highest = resident(), 0
    job = asyncio.ensure_future(run(FLOOD, "assert True"))
    while not job.done():
        highest = max(highest, resident())
        await asyncio.sleep(0.01)
    result = job.result()
    assert result.verdict is Verdict.OUTPUT_LIMIT
    assert (result.stdout[:8], result.stderr[:8]) == ("HEAD-OUT", "HEAD-ERR")
    assert any("bytes cut" in text for text in (result.stdout, result.stderr))
    assert max(len(result.stdout), len(result.stderr)) < 10_000
    assert highest - before < 16 * MIB


async def test_a_flood_by_a_detached_child_is_cut_too(run, marker):
    flood = "import os\nif os.fork() == 0:\n    os.setsid()\n    while True:\n        os.write(1, b'x' * 65536)\n"
    result = await run(NAMED.format(marker=marker) + flood + "import time\ntime.sleep(60)", "assert True")
    assert result.verdict is Verdict.OUTPUT_LIMIT
    assert await gone(marker)


async def test_long_output_keeps_head_and_tail_of_both_streams(run):
    program = "import sys\nfor s in (sys.stdout, sys.stderr):\n    print('head' + 'x' * 20_000 + 'tail', file=s)\n"
    result = await run(program + RAN, TO_THE_END)
    assert result.verdict is Verdict.OK
    for text, truncated in ((result.stdout, result.stdout_truncated), (result.stderr, result.stderr_truncated)):
        assert truncated
        assert (text[:4], text[-5:]) == ("head", "tail\n")


async def test_what_can_be_written_is_limited_in_every_place(run, limits):
    tests = (
        f"assert 0 < written['/work'] <= {limits.disk_bytes}\nassert 0 < written['/tmp'] <= {limits.disk_bytes}\n"
        f"assert written['/dev/shm'] <= {64 * MIB}\n"
    )
    result = await run(FILL, tests)
    assert result.verdict is Verdict.OK, result.stderr


async def test_a_full_disk_spoils_neither_the_result_nor_the_next_program(run):
    full = await run(FILL + "raise ValueError('the disk is full')", "assert True")
    assert full.verdict is Verdict.ERROR
    assert "the disk is full" in full.stderr
    assert (await run("open('x', 'w').write('y' * 1000000)", "assert open('x').read(1) == 'y'")).verdict is Verdict.OK


async def test_a_huge_sparse_file_cannot_be_made(run):
    program = "file = open('sparse', 'wb')\nfile.truncate(1 << 40)"
    assert (await run(program, "assert True")).verdict is Verdict.ERROR


async def test_a_hundred_thousand_files_do_not_spoil_the_next_program(run):
    program = "for n in range(100_000):\n    open(f'f{n}', 'w').close()"
    result = await run(program + RAN, TO_THE_END)
    assert result.verdict in REFUSED | {Verdict.OK}
    after = await run("import os\nleft = os.listdir('.')", "assert left == ['solution.py']")
    assert after.verdict is Verdict.OK, after.stderr


async def test_the_number_of_files_is_limited(run):
    """Each file costs kernel memory that its size does not show."""
    program = "import os\nmost = {place: os.statvfs(place).f_files for place in ('/work', '/tmp', '/dev/shm')}"
    result = await run(program, "assert 0 < max(most.values()) <= 200_000, most\nassert min(most.values()) > 0")
    assert result.verdict is Verdict.OK, result.stderr


async def test_descriptors_and_pipes_run_out_without_harm(run):
    program = "import os\nends = []\nwhile True:\n    ends.append(os.pipe())\n"
    assert (await run(program, "assert True")).verdict in REFUSED
    assert (await run(ADD, "assert add(1, 2) == 3")).verdict is Verdict.OK


async def test_cpu_time_is_limited_when_its_signal_is_ignored(interpreter, limits):
    program = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True:\n    pass"
    tight = replace(limits, cpu_seconds=1.0, wall_seconds=20.0)
    result = await interpreter.execute(Job(program=program, tests="assert True", limits=tight))
    assert result.verdict is Verdict.TIMEOUT
    assert result.wall_seconds < 10
