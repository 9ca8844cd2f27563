"""Inspect's Docker sandbox: a Compose project for each sample, spoken to by `docker compose exec`.

Its check of the engine's version, which is in `task_init`, is left out: the calls themselves work with older engines.
"""

import pathlib
import sys
import tempfile

from inspect_ai.util._sandbox.docker.cleanup import project_cleanup_startup
from inspect_ai.util._sandbox.docker.docker import DockerSandboxEnvironment
from measure import SCRIPT, main, pause

COMPOSE = """services:
  default:
    image: {image}
    command: ["sleep", "infinity"]
    init: true
    network_mode: none
    x-local: true
"""
TASK = "aiev-bench"


class Inspect:
    """It has no pool: a sandbox that is not there is started."""

    def __init__(self, config):
        self.config = config

    async def open(self, most):
        project_cleanup_startup()

    async def take(self):
        return await DockerSandboxEnvironment.sample_init(TASK, self.config, {})

    async def run(self, environments, seconds):
        environment = environments["default"]
        return (await environment.exec(["python3", "-c", pause(seconds) + SCRIPT], timeout=60)).success

    async def drop(self, environments):
        await DockerSandboxEnvironment.sample_cleanup(TASK, self.config, environments, interrupted=False)

    async def close(self):
        """Nothing is kept."""


with tempfile.TemporaryDirectory() as folder:
    file = pathlib.Path(folder) / "compose.yaml"
    file.write_text(COMPOSE.format(image=sys.argv[2]), encoding="utf-8")
    main(Inspect(str(file)))
