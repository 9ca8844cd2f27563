"""Keeps a server and everything it starts from outliving aiev.

`python -m aiev_agents.clients.vllm.guard GRACE LOG COMMAND ARGUMENT...` runs the command and appends its output to LOG;
GRACE is the time in seconds from asking the server to end to killing it. The guard stands between aiev and the server,
in a session of its own. Invariants: when its standard input closes (aiev ended, kill -9 included), when it gets
SIGTERM, and when the server itself ends, nothing that descends from the server is left: as *subreaper* the guard
inherits what has left the server's process group, too. When the guard is killed, the kernel ends the server
(PDEATHSIG). Exits with the server's exit code, 128 + n after signal n. Standard library alone.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

_STEP_SECONDS = 0.05
_SET_PDEATHSIG = 1
_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def main(arguments: list[str]) -> int:
    """Run the command until it ends or this process is told to end it; its exit code."""
    grace, log, *command = arguments
    _libc.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    parent = os.getpid()
    with Path(log).open("ab") as file:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: _end_with(parent),  # noqa: PLW1509 - this process has one thread
        )
    _wait(server, reading)
    _end(server, float(grace))
    return server.returncode if server.returncode >= 0 else 128 - server.returncode


def _end_with(parent: int) -> None:
    """In the server, before it is executed: end when the guard does."""
    _libc.prctl(_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _wait(server: subprocess.Popen[bytes], signals: int) -> None:
    """Return when the server has ended, standard input closes, or a signal asks for the end."""
    stdin = sys.stdin.fileno()
    while server.poll() is None:
        ready, _, _ = select.select([stdin, signals], [], [])
        if stdin in ready and not os.read(stdin, 4096):
            return
        if signals in ready and set(os.read(signals, 4096)) - {signal.SIGCHLD}:
            return


def _end(server: subprocess.Popen[bytes], grace: float) -> None:
    """Ask the server's group to end, then kill it, then whatever else has become a child of this process."""
    if server.poll() is None:
        _signal_group(server.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            server.wait(grace)
    _signal_group(server.pid, signal.SIGKILL)
    server.wait()
    _kill_children()


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def _kill_children() -> None:
    """Kill and reap until there is no child; each one's own children come here when it dies."""
    while True:
        for child in _children():
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(_STEP_SECONDS)


def _children() -> list[int]:
    """Ids of this process's children, out of /proc."""
    me, found = str(os.getpid()), []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if stat.read_text().rpartition(")")[2].split()[1] == me:
                found.append(int(stat.parent.name))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
