"""Programs that play with files, names, and what a stream or a source text may hold."""

import json
from dataclasses import asdict

import pytest
from hostile.conftest import MIB
from hostile.outside import ADD, REFUSED, TESTS, WRONG
from support.programs import RAN, TO_THE_END

from aiev_interpreter import Job, Verdict

GAMES = {
    "rewritten-tests": "open('tests.py', 'w').write('assert True')\n",
    "emptied-tests": "open('tests.py', 'w').close()\n",
    "removed-tests": "import os\nos.remove('tests.py')\n",
    "tests-linked-to-the-program": "import os\nos.remove('tests.py')\nos.symlink('solution.py', 'tests.py')\n",
    "tests-linked-to-a-file-of-the-system": "import os\nos.remove('tests.py')\nos.symlink('/etc/passwd', 'tests.py')\n",
    "tests-linked-to-themselves": "import os\nos.remove('tests.py')\nos.symlink('tests.py', 'tests.py')\n",
    "tests-are-a-pipe": "import os\nos.remove('tests.py')\nos.mkfifo('tests.py')\n",
    "tests-are-endless": "import os\nos.remove('tests.py')\nos.symlink('/dev/zero', 'tests.py')\n",
    "tests-are-a-folder": "import os\nos.remove('tests.py')\nos.mkdir('tests.py')\n",
    "tests-are-closed": "import os\nos.chmod('tests.py', 0)\n",
    "program-is-a-folder": "import os\nos.remove('solution.py')\nos.mkdir('solution.py')\n",
    "program-is-right-by-now": (
        "open('solution.py', 'w').write('def add(a, b):\\n    return a + b\\n')\n"
        "import linecache\nlinecache.checkcache()\n"
    ),
    "everything-removed": "import shutil\nshutil.rmtree('/work', ignore_errors=True)\n",
    "another-folder": "import os\nos.mkdir('/tmp/w')\nos.chdir('/tmp/w')\nopen('tests.py', 'w').write('assert True')\n",
    "removed-folder": "import os\nos.mkdir('/tmp/w')\nos.chdir('/tmp/w')\nos.rmdir('/tmp/w')\n",
    "shadowed-modules": (
        "for name in ('unittest', 'ast', 'json', 'traceback', 'pytest', 'asyncio', 'inspect', 'io'):\n"
        "    open(f'{name}.py', 'w').write('import os\\nos._exit(0)\\n')\nimport sys\nsys.path.insert(0, '/work')\n"
    ),
    "compiled-cache": (
        "import os, py_compile\nopen('/tmp/other.py', 'w').write('assert True')\nos.mkdir('__pycache__')\n"
        "py_compile.compile('/tmp/other.py', cfile='__pycache__/tests.cpython-311.pyc')\n"
    ),
    "no-room": (
        "import os\nfor n in range(9):\n    try:\n        open(f'fill{n}', 'wb', buffering=0).write(bytes(16 << 20))\n"
        "    except OSError:\n        pass\n"
    ),
}

NAMES = (
    "import os\nnames = ['a\\nb', '-rf', '--help', '..x', ' ', '\\x1b[31m', 'n' * 255, '*', '$(id)', ';', '\\u202e',"
    " os.fsdecode(b'\\xff\\xfe'), 'CON', '\\u0000'.replace('\\0', '~')]\n"
    "for place in ('/work', '/tmp', '/dev/shm'):\n    for name in names:\n        open(place + '/' + name, 'w')\n"
)
MAZES = {
    "names": NAMES,
    "deep": "import os\nfor _ in range(100):\n    os.mkdir('d' * 200)\n    os.chdir('d' * 200)\n",
    "closed-folders": (
        "import os\nfor n in range(50):\n    os.mkdir(f'c{n}')\n    open(f'c{n}/x', 'w').close()\n"
        "    os.chmod(f'c{n}', 0)\n"
    ),
    "links-to-everything": (
        "import os\nfor n, place in enumerate(('/', '/etc', '/proc', '/dev', '..', '.', '/work', '/proc/self/root')):\n"
        "    os.symlink(place, f'l{n}')\n"
    ),
    "pipes-and-sockets": "import os, socket\nos.mkfifo('p')\nsocket.socket(socket.AF_UNIX).bind('s')\n",
    "chain": "import os\nfor _ in range(12_000):\n    os.mkdir('d')\n    os.chdir('d')\nos.chdir('/work')\n",
    "chain-of-closed-folders": (
        "import os\nfor _ in range(3_000):\n    os.mkdir('d')\n    os.chdir('d')\n    os.chmod('.', 0o300)\n"
        "os.chdir('/work')\n"
    ),
    "many-in-one-folder": "import os\nos.mkdir('m')\nfor n in range(9_000):\n    os.mkdir(f'm/{n}')\n",
    "undecodable-names": (
        "import os\nfor place in (b'/work/', b'/tmp/', b'/dev/shm/'):\n"
        "    os.mkdir(place + b'\\xff')\n    open(place + b'\\xff/\\xfe', 'w').close()\n"
    ),
    "undecodable-process": "import ctypes\nctypes.CDLL(None).prctl(15, b'\\xff) Z 1', 0, 0, 0)\n",
    "full-shared-memory": (
        "import os\ntry:\n    while True:\n        with open('/dev/shm/' + os.urandom(4).hex(), 'wb') as file:\n"
        "            file.write(bytes(1 << 20))\nexcept OSError:\n    pass\n"
    ),
    "hard-links": "import os\nopen('x', 'w').close()\nfor n in range(500):\n    os.link('x', f'h{n}')\n",
    "open-but-deleted": (
        "import os\nkept = [open(f'o{n}', 'w') for n in range(50)]\nfor n in range(50):\n    os.remove(f'o{n}')\n"
    ),
}

STREAMS = {
    "nul": (b"a\0b\n", "a\0b\n"),
    "invalid": (b"a\xff\xfeb\n", "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b\n"),
    "half-a-character": (b"a\xe2\x82", "a\N{REPLACEMENT CHARACTER}"),
    "surrogate": (b"a\xed\xa0\x80b\n", "a" + 3 * "\N{REPLACEMENT CHARACTER}" + "b\n"),
    "terminal": (b"\x1b[2J\x1b]0;title\x07\r\x08x\n", "\x1b[2J\x1b]0;title\x07\r\x08x\n"),
}

SOURCES = {
    "nul": "x = 1\0\n" + ADD,
    "surrogate": "x = '\ud800'\n" + ADD,
    "byte-order-mark": "\N{ZERO WIDTH NO-BREAK SPACE}" + ADD,
    "carriage-returns": ADD.replace("\n", "\r\n"),
    "form-feeds": "\f\f" + ADD,
    "nested-brackets": "x = " + "(" * 5000 + ")" * 5000 + "\n" + ADD,
    "long-sum": "x = 1" + " + 1" * 50_000 + "\n" + ADD,
    "long-chain": "if 0: x" + ".a" * 50_000 + "\n" + ADD,
    "many-signs": "x = " + "-" * 50_000 + "1\n" + ADD,
    "many-elses": "if 0: pass\n" + "elif 0: pass\n" * 5000 + ADD,
    "huge-number": "x = " + "9" * 100_000 + "\n" + ADD,
    "other-encoding": "# -*- coding: utf-7 -*-\n" + ADD,
    "two-megabytes": "#" * (2 << 20) + "\n" + ADD,
}


@pytest.mark.parametrize("game", GAMES.values(), ids=GAMES)
async def test_a_game_with_the_work_folder_gains_nothing(run, game):
    result = await run(game + WRONG, TESTS)
    assert result.verdict in REFUSED, result


@pytest.mark.parametrize("maze", MAZES.values(), ids=MAZES)
async def test_odd_files_spoil_neither_their_own_result_nor_the_next(run, maze):
    assert (await run(maze + ADD, "assert add(1, 2) == 3")).verdict is Verdict.OK
    after = (
        "import os\nplaces = ('/work', '/tmp', '/dev/shm')\n"
        "left = [set(os.listdir(place)) - {'solution.py', 'tests.py'} for place in places]\n"
    )
    result = await run(after, "assert not any(left), left")
    assert result.verdict is Verdict.OK, result.stderr


@pytest.mark.parametrize(("data", "text"), STREAMS.values(), ids=STREAMS)
async def test_whatever_a_stream_holds_the_result_is_text(run, data, text):
    result = await run(f"import os\nos.write(1, {data!r})\nos.write(2, {data!r})\n" + ADD, "assert add(1, 2) == 3")
    assert result.verdict is Verdict.OK
    assert (result.stdout, result.stderr) == (text, text)
    assert json.loads(json.dumps(asdict(result)).encode())["stdout"] == text
    assert text.encode()


async def test_a_character_cut_in_two_at_the_edge_of_what_is_kept_stays_text(run):
    result = await run("print('\\u20ac' * 20_000)" + RAN, TO_THE_END)
    assert result.verdict is Verdict.OK
    assert result.stdout.encode()
    assert len(result.stdout) < 10_000


async def test_an_error_with_a_lone_surrogate_is_an_error(run):
    result = await run("raise ValueError('\\ud800 \\0 \\x1b[2J')", "assert True")
    assert result.verdict is Verdict.ERROR
    assert "ValueError" in result.stderr
    assert result.stderr.encode()


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
async def test_an_odd_source_text_is_a_verdict_on_the_program(run, source):
    tests = "assert add(1, 2) == 3\n"
    for program, checks in ((source, tests), (ADD, source + tests)):
        result = await run(program, checks)
        assert result.verdict in REFUSED | {Verdict.OK}, result
        result.stderr.encode()


BREAKERS = {
    "closed-work": "import os\nos.chmod('/work', 0)\n",
    "closed-places": "import os\nfor place in ('/work', '/tmp', '/dev/shm'):\n    os.chmod(place, 0)\n",
    "read-only-places": "import os\nfor place in ('/work', '/tmp', '/dev/shm'):\n    os.chmod(place, 0o555)\n",
    "endless-chain": "import os\nwhile True:\n    os.mkdir('d' * 255)\n    os.chdir('d' * 255)\n",
    "endless-folders": "import os\nn = 0\nwhile True:\n    os.mkdir(f'/tmp/{n}')\n    n += 1\n",
    "work-becomes-a-link": (
        "import os, shutil\nfor place in ('/work', '/tmp', '/dev/shm'):\n    shutil.rmtree(place, ignore_errors=True)\n"
        "    try:\n        os.rename(place, place + '2')\n    except OSError:\n        pass\n"
        "    try:\n        os.symlink('/etc', place)\n    except OSError:\n        pass\n"
    ),
}


@pytest.mark.parametrize("breaker", BREAKERS.values(), ids=BREAKERS)
async def test_nothing_that_a_program_does_to_its_folders_is_a_failure_of_the_machine(interpreter, limits, breaker):
    first = await interpreter.execute(Job(breaker + ADD, "assert add(1, 2) == 3", limits=limits), owner="breaker")
    assert first.verdict in REFUSED | {Verdict.OK}, first
    after = "import os\nos.mkdir('/tmp/x')\nopen('/work/y', 'w').close()\nopen('/dev/shm/z', 'w').close()\n"
    result = await interpreter.execute(Job(after + ADD, "assert add(1, 2) == 3", limits=limits), owner="breaker")
    assert result.verdict is Verdict.OK, result


@pytest.mark.parametrize(
    "breaker", ["chmod 0 /work", "rm -rf /work/*", "mkdir d && mv /work/* d"], ids=["closed", "removed", "moved"]
)
async def test_a_second_run_that_cannot_start_is_no_failure_of_the_machine(run, breaker):
    result = await run(f"add() {{ echo $(($1 + $2)); }}\n{breaker}\n", '[ "$(add 1 2)" = 3 ]', language="bash")
    assert result.verdict in REFUSED | {Verdict.OK}, result


@pytest.mark.parametrize("language", ["python", "bash"])
async def test_a_program_that_does_not_fit_into_its_folder_is_an_error(run, language):
    result = await run("#" * (16 * MIB), "assert True", language=language)
    assert result.verdict is Verdict.ERROR
    assert "larger than its work folder" in result.stderr


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "-r/etc/passwd", "; rm -rf /", ""])
async def test_a_requirement_that_is_none_is_a_failed_installation(run, name):
    result = await run("x = 1", "assert x", requirements=(name,))
    assert result.verdict is Verdict.INSTALL_FAILED, result
