"""Our Docker interpreter, measured like its peers. A sandbox is an owner where the interpreter knows owners."""

import sys
import uuid

from measure import PROGRAM, TESTS, main, pause

from aiev_interpreter import Job, Limits, Verdict, open_interpreter

OWNED = "owner" in Job.__dataclass_fields__


class Ours:
    """Each conversation in a container of its own."""

    async def open(self, most):
        self.interpreter = await open_interpreter("docker", run_id=sys.argv[2])

    async def take(self):
        return uuid.uuid4().hex

    async def run(self, owner, seconds):
        options = {"owner": owner} if OWNED else {}
        job = Job(program=PROGRAM, tests=pause(seconds) + TESTS, limits=Limits(wall_seconds=60), **options)
        return (await self.interpreter.execute(job)).verdict is Verdict.OK

    async def drop(self, owner):
        if hasattr(self.interpreter, "release"):
            await self.interpreter.release(owner)

    async def close(self):
        await self.interpreter.close()


main(Ours())
