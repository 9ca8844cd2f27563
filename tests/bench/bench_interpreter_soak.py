"""Many programs through one Docker interpreter: memory, descriptors, containers, volumes and disk stay flat.

Most programs pass; some fail, exit early, run into a limit, or leave a process behind. The first tenth warms up;
growth is counted from there to the end.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import os
import subprocess
import time
import uuid
from pathlib import Path

from figures import Figure, at_most, informs, report

from aiev_interpreter import Interpreter, Job, Limits, Verdict, open_interpreter
from aiev_interpreter.settings import InterpreterSettings

RUN = f"bench-soak-{os.getpid()}"
MIB = 1 << 20
ROUNDS = 3
"""Programs of one conversation."""
ADD = "def add(a, b):\n    return a + b\n"
TESTS = "assert add(1, 2) == 3\n"
ODD = {
    5: ("def add(a, b):\n    return a - b\n", Verdict.ERROR),
    17: ("import os\nos._exit(0)\n", Verdict.ERROR),
    31: ("for n in range(100_000):\n    print('x' * 1000)\n", Verdict.OUTPUT_LIMIT),
    47: ("data = [bytes(1 << 20) for _ in range(10_000)]\n", Verdict.OOM),
    71: ("while True:\n    pass\n", Verdict.TIMEOUT),
    89: ("import subprocess\nsubprocess.Popen(['sleep', '600'], start_new_session=True)\n" + ADD, Verdict.OK),
}
"""Of a hundred programs, those that misbehave, and the verdict that each deserves."""
LIMITS = Limits(wall_seconds=6.0, cpu_seconds=2.0, memory_bytes=128 * MIB, output_bytes=8192, disk_bytes=16 * MIB)


def main() -> None:
    """Run the programs and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", type=int, nargs="?", default=10_000)
    parser.add_argument("--at-once", type=int, default=8)
    options = parser.parse_args()
    figures, verdicts = asyncio.run(soak(options.programs, options.at_once))
    report("interpreter_soak", figures, [f"{name}: {count} programs" for name, count in sorted(verdicts.items())])


async def soak(programs: int, at_once: int) -> tuple[list[Figure], collections.Counter[str]]:
    """The figures of so many programs, and how many ended how."""
    interpreter = await open_interpreter(InterpreterSettings(backend="docker"), run_id=RUN)
    verdicts: collections.Counter[str] = collections.Counter()
    warm = max(at_once * ROUNDS, programs // 10)
    try:
        await spread(interpreter, range(warm), at_once, verdicts)
        before = await asyncio.to_thread(state)
        started = time.perf_counter()
        await spread(interpreter, range(warm, warm + programs), at_once, verdicts)
        seconds = time.perf_counter() - started
        after = await asyncio.to_thread(state)
    finally:
        await interpreter.close()
    left = await asyncio.to_thread(state)
    growth = {name: after[name] - before[name] for name in after}
    wrong = sum(count for name, count in verdicts.items() if name.startswith("wrong"))
    limit = "limit"
    figures = [
        informs("programs", programs, "programs"),
        informs("speed", programs / seconds, "programs/s"),
        at_most("unexpected verdicts", wrong, "programs", 0, limit),
        at_most("host memory, growth", growth["memory"] / MIB, "MiB", 16, limit),
        at_most("file descriptors, growth", growth["descriptors"], "descriptors", 8, limit),
        at_most("threads, growth", growth["threads"], "threads", 8, limit),
        at_most("containers, growth", growth["containers"], "containers", at_once, limit),
        at_most("volumes, growth", growth["volumes"], "volumes", 0, limit),
        at_most("disk of the daemon, growth", growth["disk"] / MIB, "MiB", 64, limit),
        at_most("containers left after closing", left["containers"], "containers", 0, limit),
        at_most("processes left after closing", left["sleepers"], "processes", 0, limit),
    ]
    return figures, verdicts


async def spread(interpreter: Interpreter, numbers: range, at_once: int, verdicts: collections.Counter[str]) -> None:
    """Run programs in conversations, some at once, and count how they ended."""
    conversations = iter([numbers[place : place + ROUNDS] for place in range(0, len(numbers), ROUNDS)])

    async def work() -> None:
        for conversation in conversations:
            await converse(interpreter, conversation, verdicts)

    await asyncio.gather(*(work() for _ in range(at_once)))


async def converse(interpreter: Interpreter, numbers: range, verdicts: collections.Counter[str]) -> None:
    """Run one conversation's programs, in a sandbox of its own."""
    owner = uuid.uuid4().hex
    try:
        for number in numbers:
            program, expected = ODD.get(number % 100, (ADD, Verdict.OK))
            result = await interpreter.execute(Job(program=program, tests=TESTS, limits=LIMITS), owner=owner)
            verdicts[result.verdict if result.verdict is expected else f"wrong: {result.verdict}, not {expected}"] += 1
    finally:
        await interpreter.release(owner)


def state() -> dict[str, int]:
    """What could grow: of this process, of the daemon on behalf of this run, and of the disk."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    root = listed(["docker", "info", "--format", "{{.DockerRootDir}}"])[0]
    return {
        "memory": int(status["VmRSS"].split()[0]) * 1024,
        "threads": int(status["Threads"]),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        "containers": len(listed(["docker", "ps", "--all", "--quiet", "--filter", f"label=aiev.run={RUN}"])),
        "volumes": len(listed(["docker", "volume", "ls", "--quiet", "--filter", f"label=aiev.run={RUN}"])),
        "disk": occupied(Path(root, "containers"), Path(root, "overlay2"), Path(root, "volumes")),
        "sleepers": sum(b"sleep\x00600\x00" in line for line in command_lines()),
    }


def occupied(*folders: Path) -> int:
    """Bytes on the disk that the daemon's folders take; 0 where they cannot be seen."""
    there = [str(folder) for folder in folders if folder.is_dir()]
    if not there:
        return 0
    done = subprocess.run(["du", "--summarize", "--block-size=1", *there], capture_output=True, text=True, check=False)
    return sum(int(line.split()[0]) for line in done.stdout.splitlines())


def listed(command: list[str]) -> list[str]:
    """The lines that a command prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def command_lines() -> list[bytes]:
    """The command lines of this machine's processes, those in containers included."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_bytes())
        except OSError:
            continue
    return lines


if __name__ == "__main__":
    main()
