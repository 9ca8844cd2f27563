"""A Python that has started and imported already, and forks itself for each program.

`ForkServer` is the supervisor's side, `main` the server's. Each program runs in a fork of its own that knows neither
the server's socket nor another program. Invariants: the server itself never runs a line of a program, and cannot be
traced or read; a server that does not answer as it should is killed and replaced. Not covered: what a program does
inside of its own fork.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import gc
import importlib
import json
import os
import socket
import sys
import time
from typing import Any

from aiev_interpreter.sandbox import confine, harness

PR_SET_DUMPABLE = 4
ANSWER_SECONDS = 2.0
MESSAGE_BYTES = 1 << 16
COMMON = (
    *("abc", "base64", "bisect", "collections", "contextlib", "copy", "dataclasses", "datetime", "decimal", "enum"),
    *("fractions", "functools", "hashlib", "heapq", "io", "itertools", "math", "operator", "random", "re"),
    *("statistics", "string", "struct", "textwrap", "types", "typing", "unittest"),
)
"""Flat modules of the standard library that programs often import; importing one brings no other's submodules."""


class ForkServer:
    """The supervisor's handle on one server."""

    def __init__(self, command: list[str], packages: str, preload: list[str], env: dict[str, str]) -> None:
        import subprocess  # noqa: PLC0415 - the server's side does without it

        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        arguments = [str(theirs.fileno()), packages, ",".join(preload)]
        self.process = subprocess.Popen(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
            env=env,
        )
        theirs.close()

    def start(self, job: dict[str, Any], descriptors: list[int]) -> None:
        """Fork for one program, whose streams are `descriptors`: output, errors, report, token."""
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        self.control.sendmsg([json.dumps(job).encode()], rights)

    def ended(self, seconds: float) -> dict[str, Any] | None:
        """How the program ended: code, CPU seconds, peak bytes; None when the server does not say."""
        self.control.settimeout(seconds)
        try:
            answer = self.control.recv(MESSAGE_BYTES)
            return dict(json.loads(answer)) if answer else None
        except (OSError, ValueError):
            return None

    def close(self) -> None:
        """Kill the server. May be called twice."""
        self.control.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def main() -> None:
    """Serve forks until the socket closes; the arguments are its descriptor, a package tree, and modules to import."""
    control = socket.socket(fileno=int(sys.argv[1]))
    packages, preload = sys.argv[2], [name for name in sys.argv[3].split(",") if name]
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    harness.prepare_path(packages)
    for name in (*COMMON, *preload):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    forked = None
    while forked is None:
        data, rights, _, _ = control.recvmsg(MESSAGE_BYTES, socket.CMSG_SPACE(4 * 4))
        if not data:
            return
        forked = _fork(control, json.loads(data), _descriptors(rights))
    _become(*forked)


def _descriptors(rights: list[Any]) -> list[int]:
    found = array.array("i")
    for _, _, data in rights:
        found.frombytes(data[: len(data) - len(data) % found.itemsize])
    return list(found)


def _fork(
    control: socket.socket, job: dict[str, Any], descriptors: list[int]
) -> tuple[dict[str, Any], list[int]] | None:
    """In the server: wait for the fork's end, report it, and return None. In the fork: return what to run."""
    child = os.fork()
    if not child:
        control.close()
        return job, descriptors
    for descriptor in descriptors:
        os.close(descriptor)
    _, status, usage = os.wait4(child, 0)
    ended = {
        "code": os.waitstatus_to_exitcode(status),
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,
    }
    control.send(json.dumps(ended).encode())
    return None


def _become(job: dict[str, Any], descriptors: list[int]) -> None:
    """In the fork: take the streams, the limits and the folder of the program, and run it."""
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
    harness.serve(job["folder"], report, token)


def _reseed() -> None:
    """NumPy's global generator would be the same in each fork; the standard library's reseeds itself."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()
