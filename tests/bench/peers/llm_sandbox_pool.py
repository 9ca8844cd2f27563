"""llm-sandbox with its pool of Docker containers. A container that was used goes back into the pool as it is."""

import asyncio
import concurrent.futures
import logging
import sys

from llm_sandbox.const import SandboxBackend
from llm_sandbox.pool import PoolConfig, PooledSandboxSession, create_pool_manager
from measure import SCRIPT, main, pause

logging.disable(logging.CRITICAL)


class Pool:
    """Warm containers; the environment that it would set up in each is in the image already."""

    async def open(self, most):
        asyncio.get_running_loop().set_default_executor(concurrent.futures.ThreadPoolExecutor(most + 4))
        config = PoolConfig(max_pool_size=most, min_pool_size=most, acquisition_timeout=120.0)
        self.pool = await asyncio.to_thread(
            create_pool_manager,
            backend=SandboxBackend.DOCKER,
            config=config,
            lang="python",
            image=sys.argv[2],
            skip_environment_setup=True,
        )

    async def take(self):
        session = PooledSandboxSession(pool_manager=self.pool)
        await asyncio.to_thread(session.open)
        return session

    async def run(self, session, seconds):
        return (await asyncio.to_thread(session.run, pause(seconds) + SCRIPT)).exit_code == 0

    async def drop(self, session):
        await asyncio.to_thread(session.close)

    async def close(self):
        await asyncio.to_thread(self.pool.close)


main(Pool())
