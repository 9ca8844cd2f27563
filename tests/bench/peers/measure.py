"""Measures one sandbox library, whichever it is: runs inside that library's own environment.

Standard library alone, Python 3.10 or later. A peer gives four coroutines: `open(most)`, `take()` -> a sandbox,
`run(sandbox, seconds)` -> whether a trivial program with its tests passed after sleeping so long, `drop(sandbox)`,
and `close()`. The last line of output is JSON; a line `HOLDING` says that memory can be measured now, until a
line comes in.
"""

import asyncio
import json
import sys
import time

PROGRAM = "def add(a, b):\n    return a + b\n"
TESTS = "assert add(1, 2) == 3\nassert add(0, 0) == 0\n"
SCRIPT = PROGRAM + TESTS
HOLD_SECONDS = 8


def pause(seconds):
    """Source text that makes a program last."""
    return f"import time\ntime.sleep({seconds})\n" if seconds else ""


async def rate(peer, at_once, programs):
    """Programs a second in sandboxes that are up already: the best that a library can do."""
    sandboxes = [await peer.take() for _ in range(at_once)]
    try:
        await asyncio.gather(*(checked(peer, sandbox) for sandbox in sandboxes))
        left = iter(range(programs))

        async def work(sandbox):
            for _ in left:
                await checked(peer, sandbox)

        started = time.perf_counter()
        await asyncio.gather(*(work(sandbox) for sandbox in sandboxes))
        return programs / (time.perf_counter() - started)
    finally:
        await asyncio.gather(*(peer.drop(sandbox) for sandbox in sandboxes))


async def own_rate(peer, at_once, conversations, rounds):
    """Programs a second when each conversation of some rounds has a sandbox of its own."""
    left = iter(range(conversations))

    async def work():
        for _ in left:
            sandbox = await peer.take()
            try:
                for _ in range(rounds):
                    await checked(peer, sandbox)
            finally:
                await peer.drop(sandbox)

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return conversations * rounds / (time.perf_counter() - started)


async def checked(peer, sandbox, seconds=0):
    """Run one program; a wrong answer ends the measurement."""
    if not await peer.run(sandbox, seconds):
        raise SystemExit("a trivial program did not pass")


async def hold(peer, sandboxes):
    """Keep a program running in each of some sandboxes while memory is measured from outside."""
    held = [await peer.take() for _ in range(sandboxes)]
    try:
        await asyncio.gather(*(checked(peer, sandbox) for sandbox in held))
        jobs = asyncio.gather(*(checked(peer, sandbox, HOLD_SECONDS) for sandbox in held))
        await asyncio.sleep(HOLD_SECONDS / 2)
        say("HOLDING")
        await asyncio.to_thread(sys.stdin.readline)
        await jobs
    finally:
        await asyncio.gather(*(peer.drop(sandbox) for sandbox in held))


async def measure(peer):
    """Carry out the plan in the first argument."""
    plan = json.loads(sys.argv[1])
    result = {"rate": {}, "own_rate": None}
    await peer.open(max(plan["at_once"]))
    try:
        for at_once in plan["at_once"]:
            result["rate"][str(at_once)] = await rate(peer, at_once, plan["programs"])
        result["own_rate"] = await own_rate(peer, plan["own_at_once"], plan["conversations"], plan["rounds"])
        await hold(peer, plan["held"])
    finally:
        await peer.close()
    say(json.dumps(result))


def say(line):
    """Tell the bench something."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(peer):
    """Run a peer's measurement."""
    asyncio.run(measure(peer))
