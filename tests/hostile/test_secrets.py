"""Programs that look for what is not theirs: files of the host and of others, keys, sockets of daemons.

Nothing is compared inside: a program prints what it finds, and the secret is looked for in its output here.
"""

import sys
import tempfile
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from hostile.outside import ADD
from support.programs import RAN, TO_THE_END

from aiev_interpreter import Job, Verdict

REPOSITORY = Path(__file__).resolve().parents[2]
PRINT = """import glob, os
def show(*patterns):
    for pattern in patterns:
        for path in glob.glob(pattern):
            try:
                with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), 'rb') as file:
                    print(path, file.read(4096))
            except OSError:
                pass
"""
PLACES = (
    "",
    "/proc/*/root",
    "/proc/*/cwd",
    "/proc/*/cwd/..",
    "/proc/*/task/*/root",
    "/..",
    "/dev/fd/..",
    "/host",
    "/mnt",
)


@pytest.fixture
def search(interpreter, limits):
    """Run a program that prints what it finds; returns its output."""

    async def execute(program):
        wide = replace(limits, output_bytes=1 << 20, wall_seconds=30.0, cpu_seconds=20.0)
        result = await interpreter.execute(Job(program=program + RAN, tests=TO_THE_END, limits=wide))
        assert result.verdict is Verdict.OK, result
        return result.stdout + result.stderr

    return execute


@pytest.fixture
def secret_file():
    """A file of the host that everybody may read."""
    with tempfile.NamedTemporaryFile("w", dir="/tmp", prefix="aiev-hostile-", suffix=".txt") as file:
        Path(file.name).chmod(0o644)
        file.write(uuid.uuid4().hex)
        file.flush()
        yield Path(file.name)


async def test_a_file_of_the_host_is_not_read(search, secret_file):
    found = await search(PRINT + f"show(*(place + {str(secret_file)!r} for place in {PLACES!r}))\nprint('searched')")
    assert "searched" in found
    assert secret_file.read_text(encoding="utf-8") not in found


@pytest.mark.parametrize("place", ["/etc/shadow", "/root/.*", "/root/*", "/home/*/*", "/var/lib/docker/*", "/boot/*"])
async def test_private_places_are_empty_or_closed(search, place):
    assert (await search(PRINT + f"show({place!r})")) == ""


async def test_neither_the_repository_nor_its_environment_is_there(search):
    places = [str(REPOSITORY), str(Path.home()), sys.prefix]
    found = await search(f"import os\nprint([place for place in {places!r} if os.path.exists(place)])")
    assert found == "[]\n"


async def test_the_key_is_in_no_environment_and_no_command_line(search, key):
    found = await search(
        PRINT + "print(dict(os.environ))\nshow('/proc/*/environ', '/proc/*/cmdline', '/proc/*/task/*/environ')"
    )
    assert "PATH" in found
    assert key not in found
    assert "OPENAI" not in found


async def test_the_key_is_in_no_memory_that_can_be_read(search, key):
    program = PRINT + (
        "for line in open('/proc/self/maps'):\n    span, mode = line.split()[:2]\n"
        "    if mode[0] == 'r' and '[v' not in line:\n        low, high = (int(end, 16) for end in span.split('-'))\n"
        "        with open('/proc/self/mem', 'rb') as memory:\n            memory.seek(low)\n            try:\n"
        "                data = memory.read(high - low)\n            except OSError:\n                continue\n"
        "        place = data.find(b'sk' + b'-')\n        while place >= 0:\n"
        "            print(data[place:place + 40])\n            place = data.find(b'sk' + b'-', place + 1)\n"
    )
    assert key not in await search(program)


async def test_no_socket_of_a_daemon_is_there(search):
    program = (
        "import os, stat\nfor top, folders, names in os.walk('/'):\n"
        "    if top.split('/')[1] in ('proc', 'sys'):\n        folders.clear()\n        continue\n"
        "    for name in names:\n        path = os.path.join(top, name)\n        try:\n"
        "            if stat.S_ISSOCK(os.lstat(path).st_mode):\n                print(path)\n"
        "        except OSError:\n            pass\n"
        "print([path for path in ('/var/run/docker.sock', '/run/docker.sock') if os.path.exists(path)])\n"
    )
    assert await search(program) == "[]\n"


async def test_files_of_a_sandbox_that_runs_at_the_same_time_are_not_read(run, search, together):
    secret = uuid.uuid4().hex
    write = (
        f"import time\nfor place in ('/work', '/tmp', '/dev/shm'):\n    open(place + '/mine', 'w').write({secret!r})\n"
        "time.sleep(2.5)\n"
    )
    read = PRINT + (
        "import time\ntime.sleep(1)\nshow(*(root + place for root in ('', '/proc/*/root', '/proc/*/cwd/..') "
        "for place in ('/work/*', '/tmp/*', '/dev/shm/*')), '/var/lib/docker/overlay2/*/*/*')\n"
    )
    written, found = await together(run(write + RAN, TO_THE_END), search(read))
    assert written.verdict is Verdict.OK
    assert secret not in found


async def test_work_tmp_and_shared_memory_are_the_only_places_to_write(search):
    program = (
        "import os\nfor top, folders, _ in os.walk('/'):\n"
        "    if top in ('/proc', '/sys', '/work', '/tmp', '/dev/shm'):\n        folders.clear()\n        continue\n"
        "    try:\n        open(top + '/.hostile', 'x')\n        print(top)\n    except OSError:\n        pass\n"
    )
    assert set((await search(program)).split()) <= {"/dev/mqueue"}


OWN_SETTINGS = (
    "/proc/sys/fs/mqueue/",
    "/proc/sys/kernel/auto_msgmni",
    "/proc/sys/kernel/msg",
    "/proc/sys/kernel/s",
    "/proc/sys/kernel/ns_last_pid",
    "/proc/sys/kernel/pid_max",
)
"""Of the sandbox's own IPC and PID namespaces alone."""


async def test_no_setting_of_the_kernel_can_be_written(search):
    program = (
        "import os\nfor root in ('/proc/sys', '/sys', '/proc/irq', '/proc/sysrq-trigger'):\n"
        "    for top, _, names in [*os.walk(root), (os.path.dirname(root), [], [os.path.basename(root)])]:\n"
        "        for name in names:\n            path = os.path.join(top, name)\n"
        "            if not os.path.isdir(path) and os.access(path, os.W_OK):\n                print(path)\n"
    )
    assert [path for path in (await search(program)).split() if not path.startswith(OWN_SETTINGS)] == []


async def test_a_program_has_no_privilege_and_can_gain_none(search):
    wanted = ("NoNewPrivs", "CapEff", "CapPrm", "CapInh", "CapAmb")
    found = await search(f"print(*(line for line in open('/proc/self/status') if line.startswith({wanted!r})), sep='')")
    values = dict(line.split(":\t") for line in found.split("\n") if line)
    assert values.pop("NoNewPrivs") == "1"
    assert {int(value, 16) for value in values.values()} == {0}


async def test_the_program_itself_is_not_seen_by_the_next(run, search):
    secret = uuid.uuid4().hex
    await run(f"SECRET = {secret!r}\n" + ADD, "assert add(1, 2) == 3")
    assert secret not in await search(PRINT + "show('/work/*', '/tmp/*', '/dev/shm/*', '/proc/*/cmdline')\nprint(1)")
