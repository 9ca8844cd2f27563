"""Fixtures of the hostile suite, and the one list of the attacks that succeed today.

A test of this folder runs on each real backend. Each entry of `KNOWN_GAPS` becomes a strict xfail, so a gap
that is closed turns its test red until its line here is gone.
"""

import asyncio
import uuid

import backends
import pytest

from aiev_interpreter import Job, Limits

RUN = "hostile"
MIB = 1 << 20

_EQUALS = ("always-equal", "equal-without-a-type", "mock")
BACKENDS = ("docker", "bubblewrap")


def _gap(reason, name, *cases, backends=BACKENDS):
    """One reason for a test, or for some cases of a test, on some backends."""
    names = [f"{name}[{case}]" for case in cases] or [name]
    return {(backend, one): reason for backend in backends for one in names}


KNOWN_GAPS: dict[tuple[str, str], str] = {
    **_gap(
        "memory that no process has mapped counts nowhere",
        "test_a_memory_bomb_is_oom",
        *("memory-file", "system-v-memory"),
        backends=["bubblewrap"],
    ),
    **_gap("the memory file systems have the kernel's inode limit", "test_the_number_of_files_is_limited"),
    **_gap(
        "SIGINT, or a lowered resource limit, ends the supervisor with a traceback: infra, and so run again",
        "test_an_assault_on_other_processes_gains_nothing",
        *("terminates-every-pid", "limits-its-parent"),
        backends=["bubblewrap"],
    ),
    **_gap(
        "sockets between a virtual machine and its host belong to no network namespace, and no filter refuses them",
        "test_no_socket_that_goes_around_the_network_can_be_made[virtual-machine]",
    ),
    **_gap(
        "the filter of the engine 20.10 lets io_uring through; bubblewrap has no filter",
        "test_a_system_call_that_leads_out_is_refused[io-uring]",
    ),
    **_gap("there is no filter of system calls", "test_system_calls_are_filtered", backends=["bubblewrap"]),
    **_gap(
        "there is no filter of system calls",
        "test_a_system_call_that_leads_out_is_refused",
        *("unshare-user", "unshare-user-and-mounts", "add-key", "session-keyring", "perf-event", "userfaultfd"),
        backends=["bubblewrap"],
    ),
    **_gap(
        "the tests are read from the work folder after the program has run",
        "test_a_game_with_the_work_folder_gains_nothing[rewritten-tests]",
    ),
    **_gap(
        "the program shares the harness's process: it finds the token, the counter, and the harness's functions",
        "test_a_forged_result_gains_nothing",
        *("token-from-frames", "token-from-other-frames", "token-from-memory", "patched-write", "patched-json"),
        *("counter-class", "counter-of-the-tests", "comparisons", "every-function-of-the-harness"),
    ),
    **_gap(
        "the harness goes on with builtins and modules that the program has patched",
        "test_a_patched_builtin_or_module_gains_nothing",
        *("bool", "exec-counts", "compile", "parse", "unparse-and-visit", "open", "build-class", "type-of-function"),
    ),
    **_gap(
        "an answer that equals everything is taken at its word",
        "test_an_answer_that_cheats_gains_nothing",
        *(f"{style}-{case}" for style in ("plain", "functions") for case in _EQUALS),
    ),
    **_gap(
        "an answer that equals everything is taken at its word",
        "test_a_patched_builtin_or_module_gains_nothing[solution-module]",
    ),
    **_gap(
        "a SkipTest out of the program passes over the test that called it",
        "test_an_answer_that_cheats_gains_nothing[functions-skips]",
    ),
    **_gap(
        "the program can write to the code objects of the tests",
        "test_an_answer_that_cheats_gains_nothing[functions-constants-of-the-caller]",
    ),
    **_gap(
        "the tests run under the program's trace and profile functions",
        "test_tracing_the_tests_gains_nothing",
        *("trace-jumps", "trace-changes-arguments", "profile-changes-arguments"),
    ),
    **_gap(
        "the tests run on the unittest that the program has patched",
        "test_a_patched_unittest_gains_nothing",
        *("assert-equal", "every-assertion", "type-equality", "failure-exception", "run", "call", "set-up-skips"),
        *("expected-failure", "loader", "suite", "runner", "result", "outcome"),
    ),
    **_gap(
        "the tests run on the pytest that the program has patched or configured",
        "test_a_patched_pytest_gains_nothing",
        *("raises", "main", "configuration-file", "options", "plug-in"),
    ),
    **_gap(
        "removing the container waits up to ten minutes for the daemon's answer",
        "test_a_daemon_that_falls_silent_is_infra_in_bounded_time",
        backends=["docker"],
    ),
    **_gap(
        "a failed assertion that the tests catch is forgotten",
        "test_tests_that_hide_their_own_failure_gain_nothing",
        *("bare-except", "assertion-error", "exception", "suppress", "finally-return", "in-a-function", "in-a-loop"),
        *("in-a-thread", "in-a-case"),
    ),
}
"""(backend, name of the test with its own parameters) -> what the attack gains today."""


def pytest_itemcollected(item):
    """Mark what is known to fail, by name."""
    spec = getattr(item, "callspec", None)
    backend = spec.params["interpreter"] if spec and "interpreter" in spec.params else "docker"
    own = "-".join(part for part in spec._idlist if part != backend) if spec else ""
    name = f"{item.originalname}[{own}]" if own else item.originalname
    if reason := KNOWN_GAPS.get((backend, name)):
        item.add_marker(pytest.mark.xfail(strict=True, reason=reason))


@pytest.fixture(scope="session")
def secret():
    """A key to pay with, in the environment before any sandbox is opened."""
    return f"sk-{uuid.uuid4().hex}"


@pytest.fixture
def key(secret, monkeypatch):
    """The same key, in the environment now."""
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    return secret


@pytest.fixture(scope="session", params=backends.PARAMS)
def interpreter(request, secret):
    """Each real backend."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", secret)
        with backends.opened(request.param, run_id=RUN) as interpreter:
            yield interpreter


@pytest.fixture
def limits():
    return Limits(
        wall_seconds=4.0, cpu_seconds=3.0, memory_bytes=256 * MIB, output_bytes=8192, disk_bytes=16 * MIB, processes=32
    )


@pytest.fixture
def run(interpreter, limits):
    """Execute a program with tests on the backend under test."""

    async def execute(program, tests, **options):
        return await interpreter.execute(Job(program=program, tests=tests, limits=limits, **options))

    return execute


@pytest.fixture
def together():
    return asyncio.gather


@pytest.fixture
def marker():
    """A name that no other process of this machine has; short enough for a process's own name."""
    return f"hx{uuid.uuid4().hex[:12]}"
