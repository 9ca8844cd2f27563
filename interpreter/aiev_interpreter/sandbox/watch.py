"""Runs one program under its limits: drains its streams, and watches its time, memory, output and disk.

Invariants: output is drained continuously, and only its head and tail are kept; when a run returns, no other process of
the sandbox is left except the spared ones. Not covered: the values of the limits, which the host sets.
"""

from __future__ import annotations

import json
import os
import resource
import selectors
import subprocess
import time
from typing import TYPE_CHECKING, Any

from aiev_interpreter.sandbox import confine, folders, processes
from aiev_interpreter.sandbox.capture import Capture

if TYPE_CHECKING:
    from aiev_interpreter.sandbox.forkserver import ForkServer

CHUNK = 1 << 16
FLOOD_FACTOR = 8
TICK_SECONDS = 0.05
SHORT_TICK_SECONDS = 0.002
WATCH_SECONDS = 1.0
ANSWER_SECONDS = 2.0
COMMAND_NOT_FOUND = 127
SITE_FIELDS = 3
"""Line, source and count of an assertion in a report."""
REPORT_DESCRIPTOR, TOKEN_DESCRIPTOR = 3, 4


class Watch:
    """One command, or one fork of a fork server, from its start to its end.

    Args:
        request: the host's request, see `backends/request.py`.
        limits: the limits of this command or fork.
        mode: `count`, `row` (`row.py`), or that of a run that is to fail (`languages/language.py`, `harness.py`).
        spared: the fork servers, which do not belong to the program.
    """

    def __init__(self, request: dict[str, Any], limits: dict[str, Any], mode: str, spared: set[int]) -> None:
        self.request, self.limits, self.spared = request, limits, spared
        self.out, self.err, self.report = (Capture(limits["output_bytes"]) for _ in range(3))
        self.secret, self.mode = os.urandom(16).hex(), mode
        self.line = f"{self.secret} {mode}\n".encode()
        self.ended_by = ""
        self.peak_bytes, self.cpu_seconds = 0, 0.0
        self.next_watch = 0.0
        self.before = children_cpu()
        self.kills = processes.oom_kills()

    def run_command(self, command: list[str]) -> dict[str, Any]:
        """Run a command, with the report pipe and the token at descriptors 3 and 4."""
        pipes = Pipes(self.line)
        try:
            process = self._popen(command, pipes)
        except (OSError, ValueError, subprocess.SubprocessError) as error:  # what it needs is gone, closed, or no text
            pipes.close()
            self.err.feed(f"{command[0]} does not start: {error}\n".encode(errors="replace"))
            return self.document(COMMAND_NOT_FOUND, 0.0)
        spared = self.spared | {process.pid}

        def ended(seconds: float) -> bool:
            processes.reap_orphans(spared)
            if process.poll() is None and seconds:
                time.sleep(seconds)
            return process.poll() is not None

        wall = self._drain(pipes, ended, None)
        processes.kill_others(self.spared)
        code = process.wait()
        processes.reap_orphans(self.spared)
        self.cpu_seconds = children_cpu() - self.before
        return self.document(code, wall)

    def run_fork(self, server: ForkServer) -> dict[str, Any] | None:
        """Run program and tests in a fork of `server`; None when the server has ended."""
        pipes = Pipes(self.line)
        job = {"folder": self.request["folder"], "env": self.request["env"], "limits": self.limits}
        job["limit_processes"] = self.request["limit_processes"]
        answer: list[dict[str, Any] | None] = []

        def ended(seconds: float) -> bool:
            if not answer and selectable(server, seconds):
                answer.append(server.ended(0.1))
            return bool(answer)

        try:
            server.start(job, pipes.theirs)
        except OSError:
            pipes.close()
            return None
        wall = self._drain(pipes, ended, server)
        processes.kill_others(self.spared)
        ended_as = answer[0] if answer else server.ended(ANSWER_SECONDS)
        processes.reap_orphans(self.spared)
        if ended_as is None:
            self.ended_by = self.ended_by or "server"
            ended_as = {"code": -9, "cpu_seconds": 0.0, "peak_bytes": 0}
        self.cpu_seconds = ended_as["cpu_seconds"] + children_cpu() - self.before
        self.peak_bytes = max(self.peak_bytes, ended_as["peak_bytes"])
        return self.document(ended_as["code"], wall)

    def _popen(self, command: list[str], pipes: Pipes) -> subprocess.Popen[bytes]:
        output, errors, report, token = pipes.theirs

        def prepare() -> None:
            """Runs in the child, whose parent has one thread."""
            os.dup2(report, REPORT_DESCRIPTOR)
            os.dup2(token, TOKEN_DESCRIPTOR)
            confine.confine(self.limits, processes=self.request["limit_processes"])

        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            pass_fds=[REPORT_DESCRIPTOR, TOKEN_DESCRIPTOR],
            cwd=self.request["folder"],
            env=self.request["env"],
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509 - this process has one thread
        )
        pipes.close_theirs()
        return process

    def _drain(self, pipes: Pipes, ended: Any, server: ForkServer | None) -> float:
        """Read every stream until the program has ended or a limit is reached; returns the elapsed seconds."""
        started = time.monotonic()
        deadline, next_check = started + self.limits["wall_seconds"], started + TICK_SECONDS
        output, errors, report = pipes.ours
        captures = {output: self.out, errors: self.err, report: self.report}
        pipes.close_theirs()
        with selectors.DefaultSelector() as selector:
            for descriptor in captures:
                os.set_blocking(descriptor, False)
                selector.register(descriptor, selectors.EVENT_READ)
            while not self.ended_by and (selector.get_map() or not ended(0 if server else SHORT_TICK_SECONDS)):
                if selector.get_map():
                    for key, _ in selector.select(TICK_SECONDS):
                        self._read(selector, key.fd, captures[key.fd])
                elif server:
                    selectable(server, TICK_SECONDS)
                now = time.monotonic()
                if now >= next_check:
                    next_check = now + TICK_SECONDS
                    if ended(0):
                        processes.kill_others(self.spared)
                    self._check(now, deadline)
        pipes.close()
        return time.monotonic() - started

    def _read(self, selector: selectors.BaseSelector, descriptor: int, capture: Capture) -> None:
        """Read from one stream, and drop the stream at its end."""
        data = os.read(descriptor, CHUNK)
        capture.feed(data)
        if not data:
            selector.unregister(descriptor)
        elif capture.size > FLOOD_FACTOR * self.limits["output_bytes"]:
            self.ended_by = "output_limit"

    def _check(self, now: float, deadline: float) -> None:
        """Measure, and note the limit that is reached."""
        memory, cpu = processes.measure(self.spared)
        cpu += children_cpu() - self.before
        self.peak_bytes = max(self.peak_bytes, memory)
        most = self.limits["memory_bytes"]
        if self.ended_by:
            return
        if now > deadline:
            self.ended_by = "timeout"
        elif cpu > self.limits["cpu_seconds"]:
            self.ended_by = "cpu"
        elif memory > most and processes.shared_out(memory, self.spared) > most:
            self.ended_by = "oom"
        elif self.request["watched"] and now >= self.next_watch:
            self.next_watch = now + WATCH_SECONDS
            if folders.size_of(self.request["watched"]) > self.request["watched_bytes"]:
                self.ended_by = "disk"

    def document(self, code: int, wall: float) -> dict[str, Any]:
        """The document of the run, as the host reads it."""
        if self.ended_by in {"", "server"} and processes.oom_kills() > self.kills:
            self.ended_by = "oom"
        return {
            "ended_by": self.ended_by,
            "exit_code": code,
            "stdout": self.out.text(),
            "stderr": self.err.text(),
            "stdout_truncated": self.out.cut > 0,
            "stderr_truncated": self.err.cut > 0,
            "report": self.trusted_report(),
            "wall_seconds": wall,
            "cpu_seconds": self.cpu_seconds,
            "peak_memory_bytes": self.peak_bytes,
        }

    def trusted_report(self) -> str:
        """The report pipe's line if it has the token; empty if there is no line, or more than one.

        A row's report is every line that has the token.
        """
        lines = [line for line in self.report.text().split("\n") if line.strip()]
        if self.mode == "row":
            return "\n".join(line.partition(" ")[2] for line in lines if line.startswith(f"{self.secret} "))
        if len(lines) != 1:
            return ""
        token, _, report = lines[0].partition(" ")
        return report if token == self.secret and is_report(report) else ""


class Pipes:
    """The pipes of one program: `ours` read output, errors and report; `theirs` are its ends, and the token."""

    def __init__(self, line: bytes) -> None:
        pairs = [os.pipe() for _ in range(3)]
        token, token_end = os.pipe()
        os.write(token_end, line)
        os.close(token_end)
        self.ours = [pair[0] for pair in pairs]
        self.theirs = [*(pair[1] for pair in pairs), token]

    def close_theirs(self) -> None:
        """Close the program's ends in this process, so its exit closes the streams. May be called twice."""
        self._close(self.theirs)

    def close(self) -> None:
        """Close everything. May be called twice."""
        self._close(self.theirs)
        self._close(self.ours)

    @staticmethod
    def _close(descriptors: list[int]) -> None:
        while descriptors:
            os.close(descriptors.pop())


def is_report(text: str) -> bool:
    """Whether a text has the form of a report. One that a program has forged may be anything."""
    try:
        report = json.loads(text)
    except (ValueError, RecursionError):
        return False
    sites = report.get("sites", []) if isinstance(report, dict) else None
    return isinstance(sites, list) and all(isinstance(site, list) and len(site) == SITE_FIELDS for site in sites)


def selectable(server: ForkServer, seconds: float) -> bool:
    """Whether a fork server answers within `seconds`."""
    with selectors.DefaultSelector() as selector:
        selector.register(server.control, selectors.EVENT_READ)
        return bool(selector.select(seconds))


def children_cpu() -> float:
    """CPU seconds of all collected child processes."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
