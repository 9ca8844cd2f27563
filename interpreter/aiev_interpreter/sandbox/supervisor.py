"""The trusted process inside the sandbox: starts one command, holds it to its limits, says how it ended.

Reads one JSON request from standard input and writes one JSON document to standard output, which nothing it starts ever
holds. Standard library alone (3.9 or later). Invariants: output is drained all the time and only its head and tail are
kept, so a flood costs no memory; when the document is written, no other process of the sandbox is left.
Not covered: keeping the command away from files, network and other users; that is what the sandbox is for.
"""

import contextlib
import ctypes
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time

CHUNK = 1 << 16
FLOOD_FACTOR = 8
TICK_SECONDS = 0.05
PR_SET_DUMPABLE = 4


class Capture:
    """Keeps the first and the last half of what a stream carries."""

    def __init__(self, limit):
        self.half = max(1, limit // 2)
        self.head, self.tail, self.size = b"", b"", 0

    def feed(self, data):
        self.size += len(data)
        room = self.half - len(self.head)
        self.head += data[:room]
        self.tail = (self.tail + data[room:])[-self.half :] if len(data) > room else self.tail

    @property
    def cut(self):
        return self.size - len(self.head) - len(self.tail)

    def text(self):
        mark = b"\n... [%d bytes cut] ...\n" % self.cut if self.cut else b""
        return (self.head + mark + self.tail).decode("utf-8", "replace")


class Watch:
    """One command under its limits."""

    def __init__(self, request):
        self.request = request
        self.limits = request["limits"]
        self.out, self.err, self.report = (Capture(self.limits["output_bytes"]) for _ in range(3))
        self.ended_by = ""
        self.peak = 0

    def run(self):
        """Start the command, watch it to its end, and return the document."""
        started = time.monotonic()
        report_read, report_write = os.pipe()
        process = subprocess.Popen(
            [*self.request["command"], *([str(report_write)] if self.request["reports"] else [])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[report_write],
            cwd=self.request["folder"],
            env=self.request["env"],
            start_new_session=True,
            preexec_fn=self.confine,
        )
        os.close(report_write)
        streams = {process.stdout: self.out, process.stderr: self.err, os.fdopen(report_read, "rb"): self.report}
        self.drain(process, streams, started + self.limits["wall_seconds"])
        kill_others()
        code = process.wait()
        for stream in streams:
            stream.close()
        return self.document(code, time.monotonic() - started)

    def confine(self):
        """Runs in the child: its resource limits."""
        limits = self.limits
        cpu = max(1, int(limits["cpu_seconds"] + 0.999))
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
        resource.setrlimit(resource.RLIMIT_DATA, (limits["memory_bytes"],) * 2)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits["disk_bytes"],) * 2)
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if self.request["limit_processes"]:
            resource.setrlimit(resource.RLIMIT_NPROC, (limits["processes"],) * 2)

    def drain(self, process, streams, deadline):
        """Read every stream until the command has ended or a limit is reached."""
        with selectors.DefaultSelector() as selector:
            for stream in streams:
                os.set_blocking(stream.fileno(), False)
                selector.register(stream, selectors.EVENT_READ)
            while selector.get_map() and not self.ended_by:
                for key, _ in selector.select(TICK_SECONDS):
                    data = os.read(key.fd, CHUNK)
                    streams[key.fileobj].feed(data)
                    if not data:
                        selector.unregister(key.fileobj)
                if process.poll() is not None:
                    kill_others()
                self.check(deadline)

    def check(self, deadline):
        """Find out whether a limit is reached."""
        if time.monotonic() > deadline:
            self.ended_by = "timeout"
        elif max(self.out.size, self.err.size, self.report.size) > FLOOD_FACTOR * self.limits["output_bytes"]:
            self.ended_by = "output_limit"
        elif self.memory() > self.limits["memory_bytes"]:
            self.ended_by = "oom"
        elif self.request["watched"] and tree_bytes(self.request["watched"]) > self.request["watched_bytes"]:
            self.ended_by = "disk"

    def memory(self):
        """Bytes resident in all processes of the sandbox but this one; remembers the peak."""
        total = 0
        for pid in others():
            with contextlib.suppress(OSError, ValueError, IndexError), open("/proc/%d/statm" % pid) as statm:
                total += int(statm.read().split()[1]) * resource.getpagesize()
        self.peak = max(self.peak, total)
        return total

    def document(self, code, wall):
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            "ended_by": self.ended_by,
            "exit_code": code,
            "stdout": self.out.text(),
            "stderr": self.err.text(),
            "stdout_truncated": self.out.cut > 0,
            "stderr_truncated": self.err.cut > 0,
            "report": self.report.text(),
            "wall_seconds": wall,
            "cpu_seconds": usage.ru_utime + usage.ru_stime,
            "peak_memory_bytes": max(self.peak, usage.ru_maxrss * 1024),
            "listing": os.listdir(self.request["watched"]) if self.request["watched"] else [],
        }


def others():
    """Processes of this PID namespace other than its init and this one."""
    own = {1, os.getpid(), os.getppid()}
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and int(entry) not in own]


def kill_others():
    """Kill everything in the sandbox but init and this process, until nothing new appears."""
    for _ in range(100):
        alive = [pid for pid in others() if is_running(pid)]
        if not alive:
            return
        for pid in alive:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)


def is_running(pid):
    """Whether a process is neither gone nor a zombie."""
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def tree_bytes(folder):
    """Bytes in the files of a folder."""
    total = 0
    for root, _, files in os.walk(folder):
        for file in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(root, file)).st_size
    return total


def main():
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    request = json.load(sys.stdin)
    for name, text in request["files"].items():
        with open(os.path.join(request["folder"], name), "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
    document = Watch(request).run()
    json.dump(document, sys.stdout)


if __name__ == "__main__":
    main()
