"""Programs that ask the kernel for what a sandbox should refuse: each system call fails, or is not there."""

import platform
import struct

import pytest

from aiev_interpreter import Verdict

NEW_USER, NEW_MOUNT, NEW_NETWORK, NEW_PID = 0x10000000, 0x20000, 0x40000000, 0x20000000
PERF = struct.pack("<IIQQQQQ", 1, 112, 0, 0, 0, 0, 0x60).ljust(112, b"\0")
"""A software counter of the process itself, without the kernel's part."""
ARRAY_MAP = struct.pack("<5I", 2, 4, 4, 1, 0).ljust(128, b"\0")

CALLS = {
    "mount": (165, b"none", b"/tmp", b"tmpfs", 0, 0),
    "unmount": (166, b"/work", 2),
    "pivot-root": (155, b"/tmp", b"/tmp"),
    "chroot": (161, b"/tmp"),
    "new-mount-api": (428, -100, b"/", 1),
    "unshare-user": (272, NEW_USER),
    "unshare-mounts": (272, NEW_MOUNT),
    "unshare-network": (272, NEW_NETWORK),
    "unshare-user-and-mounts": (272, NEW_USER | NEW_MOUNT),
    "unshare-pid": (272, NEW_PID),
    "add-key": (248, b"user", b"hostile", b"x", 1, -3),
    "session-keyring": (250, 1, b"hostile"),
    "request-key": (249, b"user", b"hostile", 0, -3),
    "bpf-map": (321, 0, ARRAY_MAP, 128),
    "perf-event": (298, PERF, 0, -1, -1, 0),
    "userfaultfd": (323, 1),
    "io-uring": (425, 1, bytes(120)),
    "open-by-handle": (304, -100, struct.pack("<Ii8s", 8, 1, bytes(8)), 0),
    "load-module": (175, b"x", 1, b""),
    "load-kernel": (246, 0, 0, 0, 0),
    "set-time": (164, struct.pack("<qq", 0, 0), 0),
    "set-host-name": (170, b"hostile", 7),
    "swap-on": (167, b"/work/x", 0),
    "io-privilege": (172, 3),
    "kernel-log": (103, 3, bytes(64), 64),
    "accounting": (163, b"/work/x"),
}
"""Number on x86-64, then arguments."""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers are those of x86-64")
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_a_system_call_that_leads_out_is_refused(run, call):
    program = (
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        f"answer = libc.syscall(*{call!r})\nreason = os.strerror(ctypes.get_errno())\n"
    )
    result = await run(program, "assert answer == -1, answer\nassert reason != 'Bad address', reason")
    assert result.verdict is Verdict.OK, result.stderr


async def test_system_calls_are_filtered(run):
    program = "status = dict(line.split(':', 1) for line in open('/proc/self/status'))"
    result = await run(program, "assert status['Seccomp'].strip() == '2', status['Seccomp']")
    assert result.verdict is Verdict.OK, result.stderr


@pytest.mark.parametrize("device", ["S_IFCHR, os.makedev(1, 3)", "S_IFBLK, os.makedev(254, 0)"], ids=["null", "disk"])
async def test_no_device_file_can_be_made(run, device):
    program = (
        "import os, stat\nmade = []\nfor place in ('/work/x', '/tmp/x', '/dev/shm/x'):\n    try:\n"
        f"        os.mknod(place, 0o666 | stat.{device})\n        open(place).close()\n        made.append(place)\n"
        "    except OSError:\n        pass\n"
    )
    result = await run(program, "assert made == [], made")
    assert result.verdict is Verdict.OK, result.stderr


async def test_no_program_with_set_user_id_gives_root(run):
    program = (
        "import os, subprocess, shutil\nshutil.copy('/usr/bin/id', '/tmp/id')\nos.chmod('/tmp/id', 0o6755)\n"
        "ids = []\nfor command in (['/tmp/id', '-u'], ['su', '-c', 'id -u'], ['mount', '-t', 'tmpfs', 'x', '/tmp']):\n"
        "    try:\n        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)\n"
        "        ids.append((done.returncode, done.stdout))\n    except OSError:\n        pass\n"
    )
    result = await run(program, "assert (0, '0\\n') not in ids, ids\nassert ids[-1][0] != 0")
    assert result.verdict is Verdict.OK, result.stderr


async def test_no_disk_and_no_memory_device_can_be_opened(run):
    program = (
        "import os, stat\nopened = []\n"
        "harmless = {'null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'console'}\n"
        "for top, folders, names in os.walk('/dev'):\n    if top == '/dev/pts':\n        continue\n"
        "    for name in names:\n        path = os.path.realpath(os.path.join(top, name))\n        try:\n"
        "            kind = os.stat(path).st_mode\n"
        "            if (stat.S_ISCHR(kind) or stat.S_ISBLK(kind)) and os.path.basename(path) not in harmless:\n"
        "                opened.append(path)\n        except OSError:\n            pass\n"
    )
    result = await run(program, "assert opened == [], opened")
    assert result.verdict is Verdict.OK, result.stderr
