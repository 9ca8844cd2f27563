"""Programs that leave processes behind, or turn against the processes that run them."""

import asyncio

import pytest
from hostile.outside import ADD, REFUSED, TESTS, WRONG, gone, processes, seen
from support.programs import RAN, TO_THE_END

from aiev_interpreter import Verdict

DAEMON = """import os
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 256)
        os.chdir('/')
        os.execv('/bin/sleep', ['{marker}', '60'])
    os._exit(0)
"""
STUBBORN = """import os, signal, time
for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
import ctypes
ctypes.CDLL(None).prctl(15, b'{marker}', 0, 0, 0)
if os.fork() == 0:
    os.setsid()
    time.sleep(60)
"""
RESPAWNER = """import ctypes, os, time
ctypes.CDLL(None).prctl(15, b'{marker}', 0, 0, 0)
if os.fork() == 0:
    while True:
        if os.fork():
            os._exit(0)
        os.setsid()
"""
REMAINS = {"daemon": DAEMON, "ignores-signals": STUBBORN, "forks-on-and-on": RESPAWNER}

EVERY_PID = "import os, signal\npids = [int(name) for name in os.listdir('/proc') if name.isdigit()]\n"
ASSAULTS = {
    "kills-every-pid": EVERY_PID
    + "for pid in pids:\n    if pid != os.getpid():\n        try:\n            os.kill(pid, signal.SIGKILL)\n"
    "        except OSError:\n            pass\n",
    "terminates-every-pid": EVERY_PID
    + "for pid in pids:\n    if pid != os.getpid():\n        for number in (1, 2, 3, 6, 10, 11, 12, 13, 14, 15):\n"
    "            try:\n                os.kill(pid, number)\n            except OSError:\n                pass\n",
    "stops-every-pid": EVERY_PID
    + "for pid in pids:\n    if pid != os.getpid():\n        try:\n            os.kill(pid, signal.SIGSTOP)\n"
    "        except OSError:\n            pass\n",
    "kills-all-at-once": "import os, signal\nos.kill(-1, signal.SIGKILL)\n",
    "kills-its-group": "import os, signal\nos.killpg(0, signal.SIGKILL)\n",
    "kills-its-parent": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n",
    "stops-its-parent": "import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)\n",
    "queues-real-time-signals": (
        "import os\nfor pid in (1, os.getppid()):\n    for number in range(34, 65):\n"
        "        try:\n            os.kill(pid, number)\n        except OSError:\n            pass\n"
    ),
    "limits-its-parent": (
        "import os, resource\nfor pid in (1, os.getppid()):\n"
        "    for name in ('CPU', 'AS', 'DATA', 'NOFILE', 'FSIZE', 'STACK', 'NPROC'):\n        try:\n"
        "            resource.prlimit(pid, getattr(resource, 'RLIMIT_' + name), (0, 0))\n"
        "        except (OSError, ValueError):\n            pass\n"
    ),
    "starves-its-parent": (
        "import os\nfor pid in (1, os.getppid()):\n    try:\n        os.setpriority(os.PRIO_PROCESS, pid, 19)\n"
        "        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))\n    except OSError:\n        pass\n"
    ),
}

LIBC = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\nothers = {1, os.getppid()}\nreached = []\n"
READS = {
    "ptrace-attach": "for pid in others:\n    reached += [pid] * (libc.ptrace(16, pid, 0, 0) == 0)\n",
    "ptrace-seize": "for pid in others:\n    reached += [pid] * (libc.ptrace(0x4206, pid, 0, 0) == 0)\n",
    "process-vm-readv": (
        "data = ctypes.create_string_buffer(8)\n"
        "vector = (ctypes.c_void_p * 2)(ctypes.addressof(data), 8)\n"
        "for pid in others:\n    for place in (0x400000, ctypes.addressof(data), id(len)):\n"
        "        remote = (ctypes.c_void_p * 2)(place, 8)\n"
        "        count = libc.process_vm_readv(pid, ctypes.byref(vector), 1, ctypes.byref(remote), 1, 0)\n"
        "        reached += [pid] * (count > 0)\n"
    ),
    "pidfd-getfd": (
        "for pid in others:\n    handle = libc.syscall(434, pid, 0)\n"
        "    reached += [pid] * (handle >= 0 and libc.syscall(438, handle, 1, 0) >= 0)\n"
    ),
    "proc-files": (
        "for pid in others:\n    for name in ('mem', 'environ', 'maps', 'auxv', 'syscall', 'stack', 'fd/0', 'fd/1'):\n"
        "        try:\n            with open(f'/proc/{pid}/{name}', 'rb') as file:\n"
        "                file.seek(0)\n                reached.append((pid, name))\n"
        "        except OSError:\n            pass\n"
    ),
    "proc-writes": (
        "for pid in others:\n    for name in ('mem', 'oom_score_adj', 'clear_refs', 'coredump_filter', 'fd/1'):\n"
        "        try:\n            open(f'/proc/{pid}/{name}', 'wb').close()\n            reached.append((pid, name))\n"
        "        except OSError:\n            pass\n"
    ),
}


@pytest.mark.parametrize("program", REMAINS.values(), ids=REMAINS)
async def test_what_a_program_leaves_running_is_gone_when_the_result_is_there(run, marker, program):
    result = await run(program.format(marker=marker) + ADD, "import time\ntime.sleep(1)\nassert add(1, 2) == 3")
    left = processes(marker)
    assert result.verdict is Verdict.OK, result
    assert not left


async def test_a_detached_process_is_seen_from_outside_while_its_program_runs(run, marker):
    """Proves that the search of the test before would find one."""
    tests = "import time\ntime.sleep(2)\nassert add(1, 2) == 3"
    job = asyncio.ensure_future(run(DAEMON.format(marker=marker) + ADD, tests))
    assert await seen(marker)
    assert (await job).verdict is Verdict.OK
    assert not processes(marker)


async def test_processes_of_an_abandoned_execution_end(run, marker):
    job = asyncio.ensure_future(run(DAEMON.format(marker=marker) + "import time\ntime.sleep(60)", "assert True"))
    assert await seen(marker)
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
    assert await gone(marker, seconds=10)


@pytest.mark.parametrize("assault", ASSAULTS.values(), ids=ASSAULTS)
async def test_an_assault_on_other_processes_gains_nothing(run, assault):
    result = await run(assault + WRONG, TESTS)
    assert result.verdict in REFUSED, result
    assert (await run(ADD, TESTS)).verdict is Verdict.OK


@pytest.mark.parametrize("program", READS.values(), ids=READS)
async def test_the_runner_cannot_be_read_traced_or_written(run, program):
    result = await run(LIBC + program, "assert reached == [], reached")
    assert result.verdict is Verdict.OK, result.stderr


async def test_no_process_of_the_host_or_of_another_sandbox_is_visible(run, together, marker):
    """Two sandboxes at once: each sees its own few processes."""
    named = f"import ctypes, os, time\nctypes.CDLL(None).prctl(15, b'{marker}', 0, 0, 0)\ntime.sleep(2)\n"
    look = (
        "import os, time\ntime.sleep(1)\npids = [name for name in os.listdir('/proc') if name.isdigit()]\n"
        "names = [open(f'/proc/{pid}/comm').read().strip() for pid in pids]\n"
    )
    _, result = await together(
        run(named + RAN, TO_THE_END),
        run(look + RAN, f"assert len(pids) < 10\nassert {marker!r} not in names\n{TO_THE_END}"),
    )
    assert result.verdict is Verdict.OK, result.stderr
