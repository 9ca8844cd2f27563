"""SWE-ReX in Docker: a container with a server for each sandbox, spoken to over HTTP."""

import asyncio
import logging
import sys

from measure import SCRIPT, main, pause
from swerex.deployment.docker import DockerDeployment
from swerex.runtime.abstract import Command

logging.disable(logging.CRITICAL)


class Rex:
    """It has no pool: a sandbox that is not there is started.

    While it waits for a server, it blocks its event loop; in a loop of its own, several can start at once.
    """

    async def open(self, most):
        """Nothing is started ahead."""

    async def take(self):
        deployment = DockerDeployment(image=sys.argv[2], pull="never")
        await asyncio.to_thread(asyncio.run, deployment.start())
        return deployment

    async def run(self, deployment, seconds):
        command = Command(command=["python3", "-c", pause(seconds) + SCRIPT], timeout=60)
        return (await deployment.runtime.execute(command)).exit_code == 0

    async def drop(self, deployment):
        await deployment.stop()

    async def close(self):
        """Nothing is kept."""


main(Rex())
