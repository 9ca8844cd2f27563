"""What every interpreter must do, on each real backend. Known gaps: none."""

import asyncio
import os
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
from support.programs import RAN, TO_THE_END

from aiev_interpreter import Job, Verdict

ADD = "def add(a, b):\n    return a + b\n"
CASE = "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n"
FORGED = """import os
for n in range(3, 30):
    try:
        os.write(n, b'{"assertions": 9, "completed": true}')
    except OSError:
        pass
os._exit(0)
"""


async def test_a_program_that_passes_its_tests_is_ok(run):
    result = await run(ADD, "assert add(1, 2) == 3\nassert add(0, 0) == 0")
    assert (result.verdict, result.exit_code, result.assertions) == (Verdict.OK, 0, 2)
    assert result.wall_seconds > 0
    assert result.cpu_seconds > 0
    assert result.peak_memory_bytes > 1 << 20


async def test_a_failing_assertion_says_what_both_sides_were(run):
    result = await run(ADD, "assert add(1, 2) == 4, 'sum'")
    assert result.verdict is Verdict.ERROR
    assert "assert add(1, 2) == 4 failed: left side is 3, right side is 4 (sum)" in result.stderr
    assert "harness" not in result.stderr


async def test_each_side_of_an_assertion_is_evaluated_once(run):
    result = await run(
        "calls = []\ndef f():\n    calls.append(1)\n    return len(calls)", "assert f() == 1\nassert f() == 2"
    )
    assert result.verdict is Verdict.OK


async def test_a_program_without_assertions_is_no_tests(run):
    result = await run(ADD, "print(add(1, 2))")
    assert (result.verdict, result.exit_code, result.stdout) == (Verdict.NO_TESTS, 0, "3\n")


async def test_an_assertion_that_is_never_reached_does_not_count(run):
    result = await run(ADD, "if False:\n    assert add(1, 2) == 3")
    assert result.verdict is Verdict.NO_TESTS


@pytest.mark.parametrize(
    "tests",
    [
        "def test_add():\n    assert add(1, 2) == 3",
        CASE + "        self.assertEqual(add(1, 2), 3)",
        CASE + "        self.assertEqual([add(1, 2)], [3])\nif __name__ == '__main__':\n    unittest.main()",
        "from solution import add\nassert add(1, 2) == 3",
        "from my_module import add\nassert add(1, 2) == 3",
        "import my_module\nassert my_module.add(1, 2) == 3",
        "async def test_add():\n    assert add(1, 2) == 3",
        "def check():\n    assert add(1, 2) == 3\nif __name__ == '__main__':\n    check()",
    ],
    ids=[
        "function",
        "unittest",
        "unittest-main",
        "from-solution",
        "from-unknown",
        "import-unknown",
        "async",
        "main",
    ],
)
async def test_each_style_of_tests_counts_one_assertion(run, tests):
    result = await run(ADD, tests)
    assert (result.verdict, result.assertions) == (Verdict.OK, 1), result


async def test_an_expected_exception_counts(run):
    tests = (
        "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n"
        "        with self.assertRaises(TypeError):\n            add(1, 'a')"
    )
    result = await run(ADD, tests)
    assert (result.verdict, result.assertions) == (Verdict.OK, 1)


async def test_a_failing_test_case_is_an_error(run):
    tests = CASE + "        self.assertEqual(add(1, 2), 4)"
    result = await run(ADD, tests)
    assert result.verdict is Verdict.ERROR
    assert "3 != 4" in result.stderr


async def test_the_main_block_of_the_solution_does_not_run(run):
    result = await run(ADD + "if __name__ == '__main__':\n    raise ValueError", "assert add(1, 2) == 3")
    assert result.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("def add(a, b) return a", "SyntaxError"),
        ("import os\nos._exit(0)", ""),
        ("import sys\nsys.exit(0)", "sys.exit"),
        ("raise SystemExit", "sys.exit"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", ""),
        ("1 / 0", "ZeroDivisionError"),
    ],
    ids=["syntax", "os-exit", "sys-exit", "system-exit", "killed", "raises"],
)
async def test_a_program_that_ends_before_its_tests_is_never_ok(run, program, words):
    result = await run(program, "assert True")
    assert result.verdict in {Verdict.ERROR, Verdict.TIMEOUT}
    assert words in result.stderr


@pytest.mark.parametrize(
    "ignore", ["", "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"], ids=["plain", "sigterm"]
)
async def test_an_endless_loop_is_a_timeout(run, ignore):
    assert (await run(ignore + "while True:\n    pass", "assert True")).verdict is Verdict.TIMEOUT


async def test_a_program_that_sleeps_too_long_is_a_timeout(run):
    assert (await run("import time\ntime.sleep(60)", "assert True")).verdict is Verdict.TIMEOUT


async def test_too_much_memory_is_oom(run):
    result = await run("data = [bytearray(1 << 20) for _ in range(1000)]", "assert data")
    assert result.verdict is Verdict.OOM


async def test_a_flood_is_cut_at_the_source(run):
    result = await run("while True:\n    print('x' * 1000)", "assert True")
    assert result.verdict is Verdict.OUTPUT_LIMIT
    assert result.stdout_truncated
    assert len(result.stdout) < 10_000


async def test_long_output_keeps_head_and_tail(run):
    result = await run("print('head' + 'x' * 20_000 + 'tail')" + RAN, TO_THE_END)
    assert result.verdict is Verdict.OK
    assert result.stdout.startswith("head")
    assert "bytes cut" in result.stdout
    assert result.stdout.endswith("tail\n")


async def test_there_is_no_network(run):
    program = "import socket\nsocket.create_connection(('127.0.0.1', 80), 1)\n"
    result = await run(program, "assert True")
    assert result.verdict is Verdict.ERROR
    names = "import socket\nassert [name for _, name in socket.if_nameindex()] in (['lo'], [])"
    only_loopback = await run(RAN, f"{names}\n{TO_THE_END}")
    assert only_loopback.verdict is Verdict.OK, only_loopback.stderr


async def test_it_is_not_root_and_can_write_to_its_work_folder_alone(run):
    tests = (
        "import os\nassert os.getuid() == 65534\nopen('mine', 'w').write('x')\n"
        "for place in ('/usr/x', '/etc/x', '/aiev/x', '/x'):\n"
        "    try:\n        open(place, 'w')\n    except OSError:\n        pass\n"
        "    else:\n        raise SystemError(place)\nassert x == 1"
    )
    result = await run("x = 1", tests)
    assert result.verdict is Verdict.OK, result.stderr


async def test_the_disk_is_limited(run):
    program = "with open('big', 'wb') as f:\n    for _ in range(64):\n        f.write(bytes(1 << 20))"
    assert (await run(program, "assert True")).verdict is Verdict.ERROR


async def test_no_variable_of_this_process_is_visible(run, monkeypatch):
    monkeypatch.setenv("MY_API_KEY", "hunter2")
    program = (
        "import os\npaths = ['/proc/self/environ', '/proc/1/environ']\n"
        "found = [open(path).read() for path in paths if os.access(path, 4)]"
    )
    tests = "import os\nassert 'MY_API_KEY' not in os.environ\nassert 'hunter2' not in str(found)\n"
    result = await run(program + RAN, tests + TO_THE_END)
    assert result.verdict is Verdict.OK, result.stderr


async def test_neither_home_nor_the_docker_socket_is_visible(run):
    here = str(Path(__file__).parents[2])
    places = ["/var/run/docker.sock", "/root/.cache", here]
    tests = f"import os\nfor place in {places!r}:\n    assert not os.path.exists(place)\n{TO_THE_END}"
    result = await run(RAN, tests)
    assert result.verdict is Verdict.OK, result.stderr


async def test_children_that_detach_are_gone_afterwards(run):
    marker = f"31{os.getpid()}"
    program = f"import subprocess\nsubprocess.Popen(['sleep', '{marker}'], start_new_session=True)"
    assert (await run(program + RAN, TO_THE_END)).verdict is Verdict.OK
    assert await gone(marker), "a process outlived its sandbox"


async def gone(marker):
    """Whether no process names `marker` any more, after at most 5 seconds."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        command = ["ps", "-eo", "args"]
        listed = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
        if marker not in listed.stdout:
            return True
        await asyncio.sleep(0.1)
    return False


async def test_a_fork_bomb_ends(run):
    result = await run("import os\nwhile True:\n    os.fork()", "assert True")
    assert result.verdict in {Verdict.ERROR, Verdict.TIMEOUT, Verdict.OOM}


async def test_the_supervisor_cannot_be_read_or_replaced(run):
    program = "import os\nopen(f'/proc/{os.getppid()}/fd/1', 'w').write('{}')"
    assert (await run(program, "assert True")).verdict is Verdict.ERROR


async def test_several_jobs_at_once_do_not_meet(run, together):
    results = await together(
        *(run(f"open('x', 'w').write('{n}')", f"assert open('x').read() == '{n}'") for n in range(4))
    )
    assert [result.verdict for result in results] == [Verdict.OK] * 4


async def test_a_package_is_installed_and_used_without_network(run):
    result = await run("import six\ndef f():\n    return six.PY3", "assert f() is True", requirements=("six>=1.16",))
    assert (result.verdict, result.installed[0].split("==")[0]) == (Verdict.OK, "six"), result


async def test_a_package_that_does_not_exist_is_install_failed(run):
    result = await run("x = 1", "assert x", requirements=("aiev-no-such-package-1234",))
    assert result.verdict is Verdict.INSTALL_FAILED
    assert "aiev-no-such-package-1234" in result.stderr


async def test_tests_under_pytest_count_too(run):
    tests = (
        "import pytest\n@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_add(n):\n    assert add(n, n) == 2 * n\n"
        "def test_raises():\n    with pytest.raises(TypeError):\n        add(1, '')\n"
    )
    result = await run(ADD, tests)
    assert (result.verdict, result.assertions) == (Verdict.OK, 3), result


WHERE = "import os\nprint(os.readlink('/proc/self/ns/pid'))"


async def test_the_programs_of_a_conversation_share_a_sandbox_that_no_other_uses(interpreter, limits):
    job = Job(WHERE, "assert True", limits=limits)
    owners = ["one", "two", "one", "two", "", ""]
    places = [(await interpreter.execute(job, owner=owner)).stdout for owner in owners]
    assert places[0] == places[2]
    assert places[1] == places[3]
    assert len(set(places)) == 4


async def test_a_released_sandbox_is_not_used_again(interpreter, limits):
    job = Job(WHERE, "assert True", limits=limits)
    before = await interpreter.execute(job, owner="one")
    await interpreter.release("one")
    await interpreter.release("one")
    assert (await interpreter.execute(job, owner="one")).stdout != before.stdout


async def test_a_program_leaves_nothing_to_the_next_of_its_conversation(interpreter, limits):
    leave = (
        "import os, subprocess, builtins, random\nbuiltins.left = 1\nos.environ['LEFT'] = '1'\nrandom.seed(1)\n"
        "subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
        "for place in ('/work/x', '/tmp/x', '/dev/shm/x'):\n    os.makedirs(place + '/y')\n    os.chmod(place, 0)\n"
    )
    look = (
        "import os, builtins\nfor place in ('/tmp', '/dev/shm'):\n    assert os.listdir(place) == []\n"
        "assert os.listdir('/work') == ['solution.py']\nassert 'LEFT' not in os.environ\n"
        "assert not hasattr(builtins, 'left')\n"
        "names = [open(f'/proc/{pid}/cmdline').read() for pid in os.listdir('/proc') if pid.isdigit()]\n"
        "assert not any('sleep' in name for name in names)\n"
    )
    assert (await interpreter.execute(Job(leave + RAN, TO_THE_END, limits=limits), owner="one")).verdict is Verdict.OK
    result = await interpreter.execute(Job(RAN, look + TO_THE_END, limits=limits), owner="one")
    assert result.verdict is Verdict.OK, result.stderr


async def test_the_processes_of_one_program_do_not_count_against_another(run, together):
    program = (
        "import os, time\nstarted = 0\nfor _ in range(24):\n    if not os.fork():\n        time.sleep(1)\n"
        "        os._exit(0)\n    started += 1\ntime.sleep(1)\n"
    )
    results = await together(*(run(program, "assert started == 24") for _ in range(3)))
    assert [result.verdict for result in results] == [Verdict.OK] * 3, results


async def test_each_run_has_other_random_numbers(interpreter, limits):
    job = Job("import random\nprint(random.random())", "assert True", limits=limits)
    assert len({(await interpreter.execute(job, owner="one")).stdout for _ in range(3)}) == 3


async def test_the_second_use_of_a_package_installs_nothing(interpreter, limits):
    job = Job("import six", "assert six.PY3", requirements=("six==1.17.0",), limits=limits)
    first, second = [await interpreter.execute(job) for _ in range(2)]
    assert first.installed == second.installed == ("six==1.17.0",)
    assert second.install_log == ""


async def test_a_well_known_package_is_installed_for_its_import_alone(run):
    result = await run("import six\ndef f():\n    return six.PY3", "assert f()")
    assert (result.verdict, result.installed[0].split("==")[0]) == (Verdict.OK, "six"), result


async def test_installed_packages_cannot_be_changed(run):
    program = "import six\nopen(six.__file__, 'w')"
    result = await run(program, "assert True")
    assert result.verdict is Verdict.ERROR
    assert "Read-only file system" in result.stderr


@pytest.mark.parametrize(
    "program",
    [
        "import os, signal\nos.kill(1, signal.SIGKILL)\nos.kill(1, signal.SIGTERM)",
        "import atexit, os\natexit.register(os._exit, 0)\nraise ValueError",
        "import os\nif os.fork():\n    os._exit(0)",
        FORGED,
    ],
    ids=["signal-to-supervisor", "atexit", "fork-and-leave", "forged-report"],
)
async def test_a_program_that_games_its_runner_gains_nothing(run, program):
    result = await run(program, "assert False, 'reached'")
    assert result.verdict is Verdict.ERROR, result


async def test_a_failed_test_case_cannot_be_hidden_by_an_exit_hook(run):
    tests = CASE + "        self.assertEqual(add(1, 2), 3)\n        self.assertEqual(add(1, 2), 4)"
    result = await run("import atexit, os\natexit.register(os._exit, 0)\n" + ADD, tests)
    assert (result.verdict, result.exit_code) == (Verdict.ERROR, 0)


async def test_a_loop_with_closed_streams_is_still_a_timeout(run):
    program = "import os\nos.closerange(1, 30)\n"
    assert (await run(program + "while True:\n    pass", "assert True")).verdict is Verdict.TIMEOUT


async def test_cpu_time_of_all_processes_together_is_limited(interpreter, limits):
    program = "import os\nfor _ in range(3):\n    os.fork()\nwhile True:\n    pass"
    tight = replace(limits, cpu_seconds=1.0, wall_seconds=20.0)
    result = await interpreter.execute(Job(program=program, tests="assert True", limits=tight))
    assert result.verdict is Verdict.TIMEOUT
    assert result.wall_seconds < 10


async def test_the_exit_code_and_the_streams_are_told_apart(run):
    program = "import sys\nprint('out')\nprint('err', file=sys.stderr)\n" + ADD
    result = await run(program, "assert add(1, 2) == 3")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "out\n", "err\n")
    assert (result.stdout_truncated, result.stderr_truncated) == (False, False)
    assert result.backend
    assert result.image


async def test_a_missing_package_without_an_install_is_an_import_error(run):
    result = await run("import a_package_that_is_not_there", "assert True")
    assert result.verdict is Verdict.ERROR
    assert "ModuleNotFoundError" in result.stderr
