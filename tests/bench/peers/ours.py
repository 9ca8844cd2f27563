"""Our Docker interpreter, measured like its peers: a sandbox is an owner."""

import sys
import uuid

from measure import PROGRAM, TESTS, main, pause

from aiev_interpreter import Job, Limits, Verdict, open_interpreter
from aiev_interpreter.settings import InterpreterSettings


class Ours:
    """Each conversation in a container of its own."""

    async def open(self, most):
        self.interpreter = await open_interpreter(InterpreterSettings(backend="docker"), run_id=sys.argv[2])

    async def take(self):
        return uuid.uuid4().hex

    async def run(self, owner, seconds):
        job = Job(program=PROGRAM, tests=pause(seconds) + TESTS, limits=Limits(wall_seconds=60))
        return (await self.interpreter.execute(job, owner=owner)).verdict is Verdict.OK

    async def drop(self, owner):
        await self.interpreter.release(owner)

    async def close(self):
        await self.interpreter.close()


main(Ours())
