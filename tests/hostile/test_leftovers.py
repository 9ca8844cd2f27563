"""What one execution leaves, the next does not find: each runs as if it were the first."""

import uuid

import pytest
from hostile.outside import ADD, REFUSED, TESTS, WRONG, processes

from aiev_interpreter import Verdict

LIBC = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
PAIRS = {
    "files": (
        (
            "import os\nfor place in ('/work', '/tmp', '/dev/shm', os.path.expanduser('~')):\n"
            "    open(place + '/left', 'w').write('x')\n"
        ),
        (
            "import os\nfound = [place for place in ('/work', '/tmp', '/dev/shm', os.path.expanduser('~'))"
            " if os.path.exists(place + '/left')]\n"
        ),
    ),
    "start-files": (
        (
            "import os, site\nfolder = site.getusersitepackages()\nos.makedirs(folder)\n"
            "for name in ('/sitecustomize.py', '/usercustomize.py'):\n    for place in (folder, '/work', '/tmp'):\n"
            "        open(place + name, 'w').write('import builtins\\nbuiltins.left = 1\\n')\n"
            "open(folder + '/left.pth', 'w').write('import builtins; builtins.left = 1\\n')\n"
        ),
        "import builtins\nfound = [name for name in vars(builtins) if name == 'left']\n",
    ),
    "patched-modules": (
        (
            "import builtins, json, os, sys, unittest\n"
            "builtins.left = json.left = os.left = unittest.left = sys.left = 1\n"
            "sys.modules['left'] = sys\n"
        ),
        (
            "import builtins, json, os, sys, unittest\n"
            "found = [m for m in (builtins, json, os, unittest, sys) if hasattr(m, 'left')]\n"
            "found += [n for n in sys.modules if n == 'left']\n"
        ),
    ),
    "environment": (
        "import os\nos.environ['LEFT'] = os.environ['PYTEST_ADDOPTS'] = 'x'\nos.umask(0o777)\nos.chdir('/')\n",
        (
            "import os\nfound = [n for n in ('LEFT', 'PYTEST_ADDOPTS') if n in os.environ]\nmask = os.umask(0)\n"
            "found += [mask] * (mask == 0o777) + [os.getcwd()] * (os.getcwd() == '/')\n"
        ),
    ),
    "limits-and-signals": (
        (
            "import resource, signal, sys\nresource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\n"
            "signal.signal(signal.SIGUSR1, signal.SIG_IGN)\n"
            "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})\n"
            "sys.setrecursionlimit(70)\nsignal.alarm(0)\n"
        ),
        (
            "import resource, signal, sys\nfound = [n for n in resource.getrlimit(resource.RLIMIT_NOFILE) if n <= 64]\n"
            "found += [n for n in [signal.SIGUSR1] if signal.getsignal(n) == signal.SIG_IGN]\n"
            "found += signal.pthread_sigmask(signal.SIG_BLOCK, set())\nfound += [1] * (sys.getrecursionlimit() == 70)\n"
        ),
    ),
    "system-v-memory": (
        LIBC + "handle = libc.shmget(4711, 4096, 0o1666)\nlibc.semget(4711, 1, 0o1666)\nlibc.msgget(4711, 0o1666)\n",
        LIBC
        + "found = [n for n in (libc.shmget(4711, 0, 0), libc.semget(4711, 0, 0), libc.msgget(4711, 0)) if n >= 0]\n",
    ),
    "message-queue": (
        LIBC + "handle = libc.syscall(240, b'left', 0o102, 0o666, None)\n",
        LIBC + "found = [n for n in [libc.syscall(240, b'left', 0, 0, None)] if n >= 0]\n",
    ),
    "keys": (
        LIBC + "for ring in (-2, -3, -4, -5):\n    libc.syscall(248, b'user', b'left', b'x', 1, ring)\n",
        LIBC + "found = [ring for ring in (-2, -3, -4, -5) if libc.syscall(250, 10, ring, b'user', b'left', 0) >= 0]\n",
    ),
    "abstract-socket": (
        (
            "import os, socket, time\nif os.fork() == 0:\n    os.setsid()\n    one = socket.socket(socket.AF_UNIX)\n"
            "    one.bind('\\0left')\n    one.listen()\n    time.sleep(60)\ntime.sleep(0.3)\n"
        ),
        (
            "import socket\nfound = []\ntry:\n    socket.socket(socket.AF_UNIX).connect('\\0left')\n"
            "    found.append(1)\n"
            "except OSError:\n    pass\n"
        ),
    ),
    "descriptors": (
        "import os\nfor n in range(40):\n    os.set_inheritable(os.open('/tmp', os.O_RDONLY), True)\n",
        "import os\nfound = [n for n in os.listdir('/proc/self/fd') if int(n) >= 20]\n",
    ),
}
ENDINGS = {
    "error": "raise ValueError('x')",
    "exit": "import os\nos._exit(0)",
    "killed": "import os\nos.kill(os.getpid(), 9)",
    "timeout": "while True:\n    pass",
    "oom": "data = [bytes(1 << 20) for _ in range(1000)]",
    "output": "while True:\n    print('x' * 1000)",
    "kills-all": "import os\nos.kill(-1, 9)",
}


@pytest.mark.parametrize(("leave", "look"), PAIRS.values(), ids=PAIRS)
async def test_what_one_program_leaves_the_next_does_not_find(run, leave, look):
    left = await run(leave + ADD, "assert add(1, 2) == 3")
    assert left.verdict is Verdict.OK, left.stderr
    result = await run(look, "assert found == [], found")
    assert result.verdict is Verdict.OK, result.stderr


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
async def test_however_a_program_ends_the_next_finds_a_clean_sandbox(run, marker, ending):
    named = f"import ctypes\nctypes.CDLL(None).prctl(15, b'{marker}', 0, 0, 0)\n"
    leave = "for place in ('/work', '/tmp', '/dev/shm'):\n    open(place + '/left', 'w').write('x')\n"
    assert (await run(named + leave + ending, "assert True")).verdict in REFUSED
    assert not processes(marker)
    look = "import os\nleft = [p for p in ('/work', '/tmp', '/dev/shm') if os.path.exists(p + '/left')]\n"
    result = await run(look, "assert left == []\nassert len([p for p in os.listdir('/proc') if p.isdigit()]) < 8")
    assert result.verdict is Verdict.OK, result.stderr


async def test_a_right_program_does_not_help_a_wrong_one_after_it(run):
    assert (await run(ADD, TESTS)).verdict is Verdict.OK
    assert (await run(WRONG, TESTS)).verdict is Verdict.ERROR
    assert (await run("", TESTS)).verdict is Verdict.ERROR


async def test_programs_that_run_at_once_get_their_own_results(run, together):
    names = [uuid.uuid4().hex for _ in range(8)]
    programs = [f"NAME = {name!r}\nprint(NAME)\nopen('/tmp/x', 'w').write(NAME)" for name in names]
    tests = [f"import time\ntime.sleep(0.2)\nassert open('/tmp/x').read() == NAME == {name!r}" for name in names]
    results = await together(*(run(program, check) for program, check in zip(programs, tests, strict=True)))
    assert [(result.verdict, result.stdout.strip()) for result in results] == [(Verdict.OK, name) for name in names]
