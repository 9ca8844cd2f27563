"""A fork of the supervisor that has imported common modules and forks itself for each program.

`ForkServer` is the supervisor's side, `main` the server's. Each program runs in its own fork, which has no access to
the server's socket or to another program. Invariants: the server itself never runs code of a program and cannot be
traced or read; it is forked before the token of a program's run is drawn; a server that does not answer is killed and
replaced. Not covered: what a program does inside its own fork.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING, Any

from aiev_interpreter.sandbox import confine, harness

if TYPE_CHECKING:
    from typing import NoReturn

PR_SET_DUMPABLE = 4
MESSAGE_BYTES = 1 << 16
_CONTROL = 3
"""Descriptor of the server's end of its socket. A program's descriptors come after it."""
COMMON = (
    *("abc", "bisect", "collections", "copy", "dataclasses", "datetime", "enum", "functools", "heapq", "itertools"),
    *("math", "operator", "random", "re", "string", "typing", "unittest"),
)
"""Modules of the standard library that programs often import and that import quickly."""


class ForkServer:
    """The supervisor's handle on one server, which is a fork of the supervisor.

    Args:
        runner: runs every program.
        packages: the folder of a tree of packages; empty for none.
        preload: modules to import before the first program.
    """

    def __init__(self, runner: harness.Harness, packages: str, preload: list[str]) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ended = False
        self.pid = os.fork()
        if not self.pid:
            try:
                control = _alone(theirs)
                import_packages(packages, preload)
                main(control, runner)
            finally:
                os._exit(1)
        theirs.close()

    def is_alive(self) -> bool:
        """Whether the server is running; a server that has ended is collected."""
        try:
            self._ended = self._ended or os.waitpid(self.pid, os.WNOHANG)[0] != 0
        except ChildProcessError:
            self._ended = True
        return not self._ended

    def start(self, job: dict[str, Any], descriptors: list[int]) -> None:
        """Start one program in a fork; `descriptors` are its output, errors, report and token."""
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        self.control.sendmsg([json.dumps(job).encode()], rights)

    def ended(self, seconds: float) -> dict[str, Any] | None:
        """How the program ended: code, CPU seconds, peak bytes; None when the server does not answer in time."""
        self.control.settimeout(seconds)
        try:
            answer = self.control.recv(MESSAGE_BYTES)
            return dict(json.loads(answer)) if answer else None
        except (OSError, ValueError):
            return None

    def close(self) -> None:
        """Kill the server. May be called twice."""
        self.control.close()
        if self.is_alive():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self._ended = True


def stand_ready() -> harness.Harness:
    """In the supervisor: import what every server needs, once, into memory that all servers share."""
    for name in COMMON:
        importlib.import_module(name)
    runner = harness.Harness()
    settle()
    return runner


def import_packages(packages: str, preload: list[str]) -> None:
    """In a server: make installed packages importable, and import the preloaded modules."""
    harness.prepare_path(packages)
    for name in preload:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    if preload:
        settle()


def settle() -> None:
    """Hide every object from the garbage collector, which would write to the pages that forks share."""
    gc.collect()
    gc.freeze()


def _alone(control: socket.socket) -> socket.socket:
    """In a new server: close everything that the supervisor had open, except the control socket."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(_CONTROL):
        os.dup2(null, stream)
    os.dup2(control.detach(), _CONTROL, inheritable=False)
    for descriptor in map(int, os.listdir("/proc/self/fd")):
        if descriptor > _CONTROL:
            with contextlib.suppress(OSError):  # the descriptor of the folder itself is closed already
                os.close(descriptor)
    return socket.socket(fileno=_CONTROL)


def main(control: socket.socket, runner: harness.Harness) -> None:
    """In the server: fork for each job until the socket closes."""
    while True:
        data, rights, _, _ = control.recvmsg(MESSAGE_BYTES, socket.CMSG_SPACE(4 * 4))
        if not data:
            return
        job, descriptors = json.loads(data), _descriptors(rights)
        child = os.fork()
        if not child:
            control.close()
            _become(job, descriptors, runner)
        _report(control, child, descriptors)


def _descriptors(rights: list[Any]) -> list[int]:
    found = array.array("i")
    for _, _, data in rights:
        found.frombytes(data[: len(data) - len(data) % found.itemsize])
    return list(found)


def _report(control: socket.socket, child: int, descriptors: list[int]) -> None:
    """In the server: wait for the fork's end, and report it."""
    for descriptor in descriptors:
        os.close(descriptor)
    _, status, usage = os.wait4(child, 0)
    ended = {
        "code": os.waitstatus_to_exitcode(status),
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,
    }
    control.send(json.dumps(ended).encode())


def _become(job: dict[str, Any], descriptors: list[int], runner: harness.Harness) -> NoReturn:
    """In the fork: take over the program's streams, folder and limits, and run it."""
    output, errors, report, token = descriptors
    os.setsid()
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.close(output)
    os.close(errors)
    os.environ.clear()
    os.environ.update(job["env"])
    os.chdir(job["folder"])
    time.tzset()
    _reseed()
    confine.confine(job["limits"], processes=job["limit_processes"])
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    runner.serve(job["folder"], report, token)


def _reseed() -> None:
    """Seed NumPy's global generator, which would be the same in each fork. The standard library reseeds its own."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()
