"""Programs of a matrix that want to pass, to spoil the others, or to tell that they run in one.

`add` is wrong in each; the suite, fairly read, fails. No attack may end as `passed`, or change a cell of another
program or suite.
"""

import pytest
from hostile.outside import ADD, TESTS, WRONG

from aiev_interpreter import Cell, Limits, Matrix, Verdict

HONEST = "assert add(0, 0) == 0\n"
PASSED, FAILED, BROKEN = Cell.PASSED, Cell.FAILED, Cell.BROKEN
REFUSED = {FAILED, BROKEN, Cell.TIMEOUT}

FORGERIES = {
    "says-so-everywhere": (
        "import os\nfor n in range(3, 64):\n    for text in (b' s0 passed', b'passed', b'\\ns0 0.1 passed\\n', b''):\n"
        "        try:\n            os.write(n, text + b'\\n')\n        except OSError:\n            pass\n"
    ),
    "leaves-when-forked": "import os\nos.register_at_fork(after_in_child=lambda: os._exit(0))\n",
    "forks-before-it-is-forked": "import os\nos.register_at_fork(before=lambda: os._exit(0))\n",
    "is-no-child": "import os\nos.fork = lambda: 1\n",
    "reads-for-its-parent": "import os\nos.read = lambda *a: b'passed\\n'\n",
    "writes-for-its-parent": (
        "import os\nreal = os.write\nos.write = lambda n, data: real(n, data.replace(b'failed', b'passed'))\n"
    ),
    "encodes-for-its-parent": "import json\njson.loads = json.dumps = lambda *a, **k: 'passed'\n",
    "waits-for-its-parent": "import os\nos.wait4 = os.waitpid = lambda *a: (0, 0, None)\n",
    "tokens-that-are-known": "import os\nos.urandom = lambda n: b'0' * n\n",
    "another-judge": (
        "import sys\nfor name, module in list(sys.modules.items()):\n    for key in ('Row', 'Run'):\n"
        "        if hasattr(module, key):\n            setattr(getattr(module, key), 'judged', lambda *a: 0)\n"
    ),
    "judge-by-gc": (
        "import gc\nfor one in gc.get_objects():\n    if type(one).__name__ in ('Row', 'Run'):\n"
        "        type(one).judged = lambda *a: 0\n"
    ),
    "token-from-frames": (
        "import os, sys\ndef add(a, b):\n    frame = sys._getframe()\n    while frame:\n        here = frame.f_locals\n"
        "        if 'token' in here and 'theirs' in here:\n"
        "            os.write(here['theirs'], here['token'].encode() + b' passed\\n')\n            os._exit(0)\n"
        "        frame = frame.f_back\n    return a - b\nkept = add\n"
    ),
}
ENDS = {
    "os-exit": "    os._exit(0)\n",
    "system-exit": "    raise SystemExit(0)\n",
    "signal": "    os.kill(os.getpid(), 9)\n",
    "parent": "    os.kill(os.getppid(), 9)\n",
    "everybody": "    os.kill(-1, 9)\n",
    "group": "    os.killpg(0, 9)\n",
    "everybody-by-number": (
        "    for name in os.listdir('/proc'):\n        if name.isdigit() and int(name) != os.getpid():\n"
        "            try:\n                os.kill(int(name), 9)\n            except OSError:\n                pass\n"
        "    os._exit(0)\n"
    ),
    "stops-its-parent": "    os.kill(os.getppid(), 19)\n    os._exit(0)\n",
    "crash": "    import ctypes\n    ctypes.string_at(0)\n",
    "memory": "    return [bytearray(1 << 20) for _ in range(4000)]\n",
    "flood": "    while True:\n        os.write(1, b'x' * 65536)\n        os.write(2, b'x' * 65536)\n",
}


@pytest.fixture
def cross(interpreter, limits):
    """Run programs against suites on the backend under test."""

    async def execute(programs, suites, calls=(), **options):
        options = {"limits": limits, **options}
        return await interpreter.execute_matrix(Matrix(tuple(programs), tuple(suites), tuple(calls), **options))

    return execute


@pytest.mark.parametrize("attack", FORGERIES)
async def test_no_forgery_passes(cross, attack):
    program = f"{FORGERIES[attack]}\nif 'kept' not in globals():\n    def add(a, b):\n        return a - b\n"
    result = await cross([ADD, program, ADD], [TESTS])
    assert result.verdict is Verdict.OK
    assert [row[0] in REFUSED for row in result.cells] == [False, True, False], result


@pytest.mark.parametrize("end", ENDS)
async def test_an_end_costs_only_the_cell_that_it_ends(cross, end):
    program = f"import os\ndef add(a, b):\n    if a == b:\n        return 0\n{ENDS[end]}"
    limits = Limits(wall_seconds=2.0, cpu_seconds=2.0, memory_bytes=128 << 20, disk_bytes=16 << 20)
    result = await cross([ADD, program, ADD], [HONEST, TESTS, HONEST], ["add(1, 1)"], limits=limits)
    assert result.cells[0] == result.cells[2] == (PASSED,) * 3, result
    assert (result.cells[1][0], result.cells[1][2]) == (PASSED, PASSED), result
    assert result.cells[1][1] in REFUSED
    assert result.values == (("2",), ("0",), ("2",))


@pytest.mark.parametrize(
    "left",
    [
        "for n in range(3):\n    open(f'{folder}/left{n}', 'w').write('here')\n",
        "import os\nos.makedirs(f'{folder}/a/b/c')\nos.chmod(f'{folder}/a', 0)\n",
        "open('solution.py', 'w').write('def add(a, b):\\n    return 0\\n')\n",
        "import subprocess\nsubprocess.Popen(['sleep', '60'], start_new_session=True)\n",
        "import os, sys\nif os.fork() == 0:\n    os.setsid()\n    while True:\n        pass\n",
    ],
    ids=["files", "closed-folder", "program", "process", "fork"],
)
async def test_a_cell_leaves_nothing_to_the_next(cross, left):
    leaving = "".join(
        f"folder = {folder!r}\n{left}" for folder in ("/work", "/tmp", "/dev/shm")[: 3 if "folder" in left else 1]
    )
    looking = (
        "import os, inspect\nassert os.listdir('/work') == ['solution.py'] and not os.listdir('/tmp')\n"
        "assert not os.listdir('/dev/shm') and 'return a + b' in open('solution.py').read()\n"
        "names = [open(f'/proc/{n}/cmdline').read() for n in os.listdir('/proc') if n.isdigit()]\n"
        "assert not any('sleep' in name for name in names)\nassert add(2, 3) == 5\n"
    )
    result = await cross([ADD, ADD], [looking, f"{leaving}assert add(2, 3) == 5\n", looking])
    assert result.cells == ((PASSED,) * 3,) * 2, result


async def test_a_program_cannot_tell_one_cell_from_another_by_what_it_counts(cross):
    program = (
        "import os\nplaces = ('/tmp/n', '/dev/shm/n', '/work/n', os.path.expanduser('~/n'))\n"
        "def add(a, b):\n    seen = [place for place in places if os.path.exists(place)]\n"
        "    for place in places:\n        open(place, 'a').write('x')\n    return a + b if seen else a - b\n"
    )
    result = await cross([program] * 3, ["assert add(2, 3) == 5\n"] * 3)
    assert result.cells == ((FAILED,) * 3,) * 3


async def test_a_suite_finds_neither_other_suites_nor_the_tokens(cross):
    looking = (
        "import sys, os\nassert not [n for n in sys.modules if 'aiev' in n]\n"
        "assert not [n for n in os.listdir('.') if n != 'solution.py'], os.listdir('.')\nassert add(2, 3) == 5\n"
    )
    assert (await cross([ADD], [looking, "secret = 'of the other suite'\n"])).cells == ((PASSED, PASSED),)


async def test_there_is_no_network(cross):
    reach = "import socket\nsocket.create_connection(('1.1.1.1', 53), 2)\n"
    assert (await cross([ADD, WRONG], [reach])).cells == ((FAILED,), (FAILED,))


async def test_a_wrong_program_may_load_for_ever(cross):
    result = await cross(["while True:\n    pass\n", "import time\ntime.sleep(60)\n", ADD], [HONEST], seconds=20.0)
    assert result.cells == ((Cell.TIMEOUT,), (Cell.TIMEOUT,), (PASSED,))
