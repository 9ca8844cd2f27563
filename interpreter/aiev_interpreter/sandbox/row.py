"""One program of a matrix in this process: loaded once, then forked for each suite and each call.

A fork answers this process, and this process the supervisor, each with a token of its own. An answer goes out at once,
so that whatever ends this process costs only the cell in progress (`cells.py`). Invariants: a suite has passed only if
its fork ran to its end, found no failure, and said so with the token; a fork finds files and processes as they were
once the program was loaded, since this process ends when one has left something; a program with threads, which no fork
would have, is loaded anew for each cell. Not covered: a program that reaches a token through ctypes, see the threat
model in `interpreter/README.md`.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import os
import resource
import select
import signal
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from aiev_interpreter.sandbox.canonical import canonical, raised
from aiev_interpreter.sandbox.run import SOLUTION, Run
from aiev_interpreter.sandbox.running import run_coroutine
from aiev_interpreter.sandbox.tracing import Tracer

if TYPE_CHECKING:
    from typing import NoReturn

LOADED, BROKEN, REST = "loaded", "broken", "rest"
"""What is said besides the cells' answers: the program is loaded, cannot be loaded, or the rest needs a new process."""
LINES, HITS = "lines", "hits"
"""What is said of a program that is traced: the lines that can run, and which lines and branches have run."""
PASSED, FAILED, TIMEOUT, VALUE = "passed", "failed", "timeout", "="
"""Answers of a cell. The text of a value follows the last."""
SUITE = "s"
"""How the names of cells with suites begin; the others are calls."""
TOKEN_BYTES = 16
_SHARED = ("/tmp", "/dev/shm")  # noqa: S108 - in the sandbox
_ANSWER_BYTES = 1 << 20
_LOOK_SECONDS = 0.05
_posix: Any = SimpleNamespace(**vars(os))
_signal: Any = SimpleNamespace(**vars(signal))
"""Both modules before the program could change them."""
_exit, _select, _setrlimit = os._exit, select.select, resource.setrlimit
_monotonic, _process_time, _clock_gettime = time.monotonic, time.process_time, time.clock_gettime
_PROCESS_CLOCK = 2
"""The clock of another process's CPU time is its number, inverted and shifted by three bits, and this kind of clock.

Source: `include/linux/posix-timers_types.h` of Linux (CPUCLOCK_SCHED)."""


class Row:
    """The cells of one program.

    Args:
        run: the program; its tests are those of a cell.
        work: as JSON, the `cells` by name, the wall-clock limit of each (`seconds`), the limits of CPU time by cell and
            for loading (`cpu_seconds`), and whether the program is `traced`.
        report: descriptor of the report pipe.
        token: marks each line of it.
    """

    def __init__(self, run: Run, work: str, report: int, token: str) -> None:
        self.run, self.report, self.token = run, report, token
        asked = json.loads(work)
        self.cells: dict[str, str] = asked["cells"]
        self.seconds: float = asked["seconds"]
        self.cpu_seconds: dict[str, float] = asked["cpu_seconds"]
        self.traced: bool = asked["traced"]
        self.tracer: Tracer | None = None

    def serve(self) -> NoReturn:
        """Load the program and answer for each cell."""
        null = _posix.open(os.devnull, os.O_WRONLY)
        _posix.dup2(null, 1)
        _posix.dup2(null, 2)
        before, process = self._stamps(), _posix.getpid()
        for ending in (signal.SIGALRM, signal.SIGPROF):
            _signal.signal(ending, signal.SIG_DFL)
        self._end_after(self.seconds, self.cpu_seconds[LOADED])
        code, _ = self.run.attempt(self._load)
        if _posix.getpid() == process:
            self._end_after(0, 0)
            self._say(BROKEN if code else f"{LOADED} {_process_time():.3f}")
            if not code:
                self._answer_all(before)
        _exit(0)

    def _load(self) -> int:
        if self.traced:
            self._trace()
        self.run.load()
        return 0

    def _trace(self) -> None:
        path = os.path.join(self.run.folder, SOLUTION)
        with open(path, encoding="utf-8-sig", newline="") as file:
            self.tracer = Tracer(path, file.read())
        self._say(f"{LINES} {' '.join(map(str, self.tracer.lines))}")
        self.tracer.start()

    def _settle(self, name: str, usage: float, answer: str) -> None:
        """Say the CPU seconds and the answer of a cell, and what has run by now."""
        self._say(f"{name} {usage:.6f} {answer}")
        if self.tracer:
            self._say(f"{HITS} {self.tracer.hits.hex()}")

    def _answer_all(self, before: list[int]) -> None:
        """Answer for each cell, in a fork of its own while that is as good as a process of its own."""
        if len(_posix.listdir("/proc/self/task")) > 1:
            self._alone(*next(iter(self.cells.items())))
            return
        clean = self._stamps() == before
        if any("pytest" in text for text in self.cells.values()):
            self._prepare_pytest()
        before, processes = self._stamps(), _processes()
        _signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.NSIG))
        for name, text in self.cells.items():
            self._settle(name, *self._forked(name, text))
            if not clean or self._stamps() != before or _processes() != processes:
                self._say(REST)
                return

    def _prepare_pytest(self) -> None:
        """Import pytest, and make the empty file that it wants (`under_pytest.py`), once for all forks."""
        with contextlib.suppress(Exception):
            importlib.import_module("pytest")
            _posix.close(_posix.open(self.run.path, os.O_WRONLY | os.O_CREAT, 0o644))

    def _alone(self, name: str, text: str) -> None:
        """Answer for one cell in this process, which has threads of the program."""
        self._end_after(self.seconds, self.cpu_seconds[name])
        before, process, answer = _process_time(), _posix.getpid(), self._answer(name, text)
        if _posix.getpid() == process:
            self._settle(name, _process_time() - before, answer)
            self._say(REST)

    def _forked(self, name: str, text: str) -> tuple[float, str]:
        """The CPU seconds and the answer of a fork, which is killed when its time is over."""
        token = _posix.urandom(TOKEN_BYTES).hex()
        ours, theirs = _posix.pipe()
        child = _posix.fork()
        if not child:
            _posix.close(ours)
            _posix.close(self.report)
            self._in_fork(name, text, theirs, token)
        _posix.close(theirs)
        said, timed_out, usage = _heard(ours, child, self.seconds, self.cpu_seconds[name])
        _posix.close(ours)
        marked, _, answer = said.decode("ascii", "replace").rstrip("\n").partition(" ")
        if marked == token:
            return usage, answer
        return usage, TIMEOUT if timed_out else FAILED

    def _in_fork(self, name: str, text: str, theirs: int, token: str) -> NoReturn:
        with contextlib.suppress(OSError):
            _posix.setsid()
        _signal.pthread_sigmask(signal.SIG_SETMASK, ())
        most = int(self.cpu_seconds[name] + 1)
        _setrlimit(resource.RLIMIT_CPU, (most, most + 1))
        process, answer = _posix.getpid(), self._answer(name, text)
        if _posix.getpid() == process:
            _posix.write(theirs, f"{token} {answer}\n".encode())
        _exit(0)

    def _answer(self, name: str, text: str) -> str:
        """How a suite ended, or the text of a call's value, without line breaks."""
        if self.tracer:
            self.tracer.start()
        if name.startswith(SUITE):
            code, _ = self.run.attempt(lambda: self.run.judged(text))
            return FAILED if code else PASSED
        return VALUE + self._value(text).encode("unicode_escape").decode("ascii")

    def _value(self, call: str) -> str:
        try:
            value = eval(compile(call.strip(), "<call>", "eval", dont_inherit=True), vars(self.run.solution))  # noqa: S307 - hostile code is what this process runs
            return canonical(run_coroutine(value) if inspect.iscoroutine(value) else value)
        except BaseException as error:  # noqa: BLE001 - hostile code can raise anything
            return raised(error)

    def _end_after(self, seconds: float, cpu_seconds: float) -> None:
        """Let the kernel end this process after so many seconds, by the clock and of CPU time; 0 lifts that."""
        _signal.setitimer(signal.ITIMER_REAL, seconds)
        _signal.setitimer(signal.ITIMER_PROF, cpu_seconds)

    def _stamps(self) -> list[int]:
        """When the program's file and each writable folder were last changed."""
        folder = self.run.folder
        return [_posix.stat(path).st_ctime_ns for path in (f"{folder}/{SOLUTION}", folder, *_SHARED)]

    def _say(self, words: str) -> None:
        _posix.write(self.report, f"\n{self.token} {words}\n".encode())


def _processes() -> list[str]:
    """The processes of the sandbox."""
    return [name for name in _posix.listdir("/proc") if name.isdigit()]


def _heard(ours: int, child: int, seconds: float, cpu_seconds: float) -> tuple[bytes, bool, float]:
    """What a fork says in a line, whether its time was over before, and its CPU seconds. It is gone afterwards."""
    said, ended, usage, deadline, timed_out = b"", False, 0.0, _monotonic() + seconds, False
    while not said.endswith(b"\n") and len(said) < _ANSWER_BYTES and not timed_out:
        if _select([ours], [], [], 0 if ended else _LOOK_SECONDS)[0]:
            part = _posix.read(ours, _ANSWER_BYTES)
            said += part
            if not part:
                break
        elif ended:
            break
        else:
            timed_out = _monotonic() >= deadline or _used(child) >= cpu_seconds
            ended, usage = _waited(child, os.WNOHANG)
    for end in (_posix.killpg, _posix.kill):
        with contextlib.suppress(OSError):
            end(child, signal.SIGKILL)
    if not ended:
        _, usage = _waited(child, 0)
    return said, timed_out or usage >= cpu_seconds, usage


def _used(child: int) -> float:
    """CPU seconds of a process that has not been waited for."""
    try:
        return float(_clock_gettime((~child << 3) | _PROCESS_CLOCK))
    except OSError:
        return 0.0


def _waited(child: int, options: int) -> tuple[bool, float]:
    """Whether a fork has ended, and its CPU seconds."""
    try:
        found, _, usage = _posix.wait4(child, options)
    except OSError:  # the program has told the kernel to forget its children
        return True, 0.0
    return found != 0, usage.ru_utime + usage.ru_stime
