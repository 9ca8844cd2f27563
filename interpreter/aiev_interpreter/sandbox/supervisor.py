"""The trusted process inside the sandbox: starts one command, holds it to its limits, says how it ended.

Reads one JSON request from standard input and writes one JSON document to standard output, which nothing it
starts ever holds. Standard library alone (3.9 or later). Invariants: it is process 1 of its sandbox, so
that no signal from inside ends it, and cannot be traced or read; output is drained all the time and only
its head and tail are kept, so a flood costs no memory; when the document is written, no other process of
the sandbox is left. Not covered: keeping the command away from files, network and other users; that is what
the sandbox is for.
"""

# pathlib is left out, since its import would add to the start of every job
# ruff: noqa: PTH118, PTH123, PTH208

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import secrets
import selectors
import signal
import subprocess
import sys
import time
from typing import Any

CHUNK = 1 << 16
FLOOD_FACTOR = 8
TICK_SECONDS = 0.05
SHORT_TICK_SECONDS = 0.002
WATCH_SECONDS = 1.0
OPEN_FILES = 256
PR_SET_DUMPABLE = 4
PAGE_BYTES = resource.getpagesize()
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Capture:
    """Keeps the first and the last half of what a stream carries."""

    def __init__(self, limit: int) -> None:
        self.half = max(1, limit // 2)
        self.head, self.tail, self.size = b"", b"", 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self.size += len(data)
        room = self.half - len(self.head)
        self.head += data[:room]
        if len(data) > room:
            self.tail = (self.tail + data[room:])[-self.half :]

    @property
    def cut(self) -> int:
        """Bytes that were not kept."""
        return self.size - len(self.head) - len(self.tail)

    def text(self) -> str:
        """What was kept, with a mark where the middle is missing."""
        if not self.cut:
            return (self.head + self.tail).decode("utf-8", "replace")
        head, tail = self.head.decode("utf-8", "replace"), self.tail.decode("utf-8", "replace")
        return f"{head}\n… [{self.cut} bytes cut] …\n{tail}"


class Watch:
    """One command under its limits."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.request = request
        self.limits: dict[str, Any] = request["limits"]
        self.out, self.err, self.report = (Capture(self.limits["output_bytes"]) for _ in range(3))
        self.token = secrets.token_hex(16)
        self.ended_by = ""
        self.peak_bytes = 0
        self.next_watch = 0.0

    def run(self) -> dict[str, Any]:
        """Start the command, watch it to its end, and return the document."""
        started = time.monotonic()
        report, report_end = os.pipe()
        process = self.start(report_end)
        os.close(report_end)
        streams: dict[Any, Capture] = {
            process.stdout: self.out,
            process.stderr: self.err,
            os.fdopen(report, "rb"): self.report,
        }
        self.drain(process, streams, started + self.limits["wall_seconds"])
        kill_others()
        code = process.wait()
        reap(process)
        for stream in streams:
            stream.close()
        return self.document(code, time.monotonic() - started)

    def start(self, report_end: int) -> subprocess.Popen[bytes]:
        """Start the command; one that reports is told where, and the token that marks its report."""
        command, passed = list(self.request["command"]), []
        if self.request["reports"]:
            token, token_end = os.pipe()
            os.write(token_end, self.token.encode())
            os.close(token_end)
            passed = [report_end, token]
            command += [str(report_end), str(token)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=passed,
            cwd=self.request["folder"],
            env=self.request["env"],
            start_new_session=True,
            preexec_fn=self.confine,  # noqa: PLW1509 - this process has one thread
        )
        for descriptor in passed[1:]:
            os.close(descriptor)
        return process

    def confine(self) -> None:
        """Runs in the child: its resource limits."""
        limits = self.limits
        cpu = max(1, int(limits["cpu_seconds"] + 0.999))
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
        resource.setrlimit(resource.RLIMIT_DATA, (limits["memory_bytes"],) * 2)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits["disk_bytes"],) * 2)
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if self.request["limit_processes"]:
            resource.setrlimit(resource.RLIMIT_NPROC, (limits["processes"],) * 2)

    def drain(self, process: subprocess.Popen[bytes], streams: dict[Any, Capture], deadline: float) -> None:
        """Read every stream until the command has ended or a limit is reached."""
        next_check = 0.0
        with selectors.DefaultSelector() as selector:
            for stream in streams:
                os.set_blocking(stream.fileno(), False)
                selector.register(stream, selectors.EVENT_READ)
            while not self.ended_by and (selector.get_map() or not reap(process)):
                for key, _ in selector.select(TICK_SECONDS if selector.get_map() else SHORT_TICK_SECONDS):
                    self.read(selector, key, streams[key.fileobj])
                now = time.monotonic()
                if now >= next_check:
                    next_check = now + TICK_SECONDS
                    if reap(process):
                        kill_others()
                    self.check(now, deadline)

    def read(self, selector: selectors.BaseSelector, key: selectors.SelectorKey, capture: Capture) -> None:
        """Take what one stream has; leave the stream at its end."""
        data = os.read(key.fd, CHUNK)
        capture.feed(data)
        if not data:
            selector.unregister(key.fileobj)
        elif capture.size > FLOOD_FACTOR * self.limits["output_bytes"]:
            self.ended_by = "output_limit"

    def check(self, now: float, deadline: float) -> None:
        """Find out whether a limit is reached."""
        memory, cpu = self.usage()
        if self.ended_by:
            return
        if now > deadline:
            self.ended_by = "timeout"
        elif cpu > self.limits["cpu_seconds"]:
            self.ended_by = "cpu"
        elif memory > self.limits["memory_bytes"] and shared_out(memory) > self.limits["memory_bytes"]:
            self.ended_by = "oom"
        elif self.request["watched"] and now >= self.next_watch:
            self.next_watch = now + WATCH_SECONDS
            if tree_bytes(self.request["watched"]) > self.request["watched_bytes"]:
                self.ended_by = "disk"

    def usage(self) -> tuple[int, float]:
        """Bytes resident in, and CPU seconds used by, all processes of the sandbox but this one."""
        own = resource.getrusage(resource.RUSAGE_CHILDREN)
        memory, cpu = 0, own.ru_utime + own.ru_stime
        for pid in others():
            with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/stat") as stat:
                fields = stat.read().rpartition(")")[2].split()
                cpu += sum(map(int, fields[11:15])) / CLOCK_TICKS
                memory += int(fields[21]) * PAGE_BYTES
        self.peak_bytes = max(self.peak_bytes, memory)
        return memory, cpu

    def document(self, code: int, wall: float) -> dict[str, Any]:
        """What happened, in the form that the host reads."""
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            "ended_by": self.ended_by,
            "exit_code": code,
            "stdout": self.out.text(),
            "stderr": self.err.text(),
            "stdout_truncated": self.out.cut > 0,
            "stderr_truncated": self.err.cut > 0,
            "report": self.trusted_report(),
            "wall_seconds": wall,
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "peak_memory_bytes": max(self.peak_bytes, usage.ru_maxrss * 1024),
            "listing": sorted(os.listdir(self.request["watched"])) if self.request["watched"] else [],
        }

    def trusted_report(self) -> str:
        """The report pipe's one line, if it carries the token; empty when there is none, or more."""
        lines = [line for line in self.report.text().splitlines() if line.strip()]
        if len(lines) != 1:
            return ""
        token, _, report = lines[0].partition(" ")
        return report if secrets.compare_digest(token.encode(), self.token.encode()) else ""


def reap(process: subprocess.Popen[bytes]) -> bool:
    """Collect orphans that have ended, as process 1 must; returns whether the command itself has ended."""
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            break
        if ended is None:
            break
        if ended.si_pid == process.pid:
            process.poll()
        else:
            os.waitpid(ended.si_pid, 0)
    return process.poll() is not None


def others() -> list[int]:
    """Processes of this PID namespace other than this one, its init."""
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and int(entry) != os.getpid()]


def kill_others() -> None:
    """Kill everything in the sandbox but this process, until nothing new appears."""
    for _ in range(100):
        alive = [pid for pid in others() if is_running(pid)]
        if not alive:
            return
        for pid in alive:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)


def is_running(pid: int) -> bool:
    """Whether a process is neither gone nor a zombie."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def shared_out(at_most: int) -> int:
    """Bytes of memory with shared pages counted once; `at_most` where the kernel does not tell."""
    total = 0
    for pid in others():
        try:
            with open(f"/proc/{pid}/smaps_rollup") as rollup:
                total += sum(int(line.split()[1]) * 1024 for line in rollup if line.startswith("Pss:"))
        except OSError:
            if is_running(pid):
                return at_most
    return total


def tree_bytes(folder: str) -> int:
    """Bytes in the files of a folder."""
    total = 0
    for root, _, files in os.walk(folder):
        for file in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(root, file)).st_size
    return total


def main() -> None:
    """Serve one request, as process 1 alone, since it kills every other process that it sees."""
    if os.getpid() != 1:
        sys.exit("supervisor: not process 1 of a sandbox")
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    request = json.load(sys.stdin)
    for name, text in request["files"].items():
        path = os.path.join(request["folder"], name)
        with open(path, "w", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
    document = Watch(request).run()
    json.dump(document, sys.stdout)
