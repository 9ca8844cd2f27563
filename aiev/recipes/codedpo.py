"""CodeDPO: programs and tests that are sampled for one problem judge each other, and come to preference pairs.

Each seed becomes one problem (`aiev.preference`).

Source: CodeDPO, arXiv 2410.05605.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiev.preference.run_problem import RunProblem
from aiev.recipes.seed_run import SeedRun
from aiev.run.identity import CODEDPO

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.run.context import RunContext
    from aiev.store.records import SeedRecord
    from aiev.telemetry.operations import Observers


class Preferring(SeedRun):
    """One start of a run of preference pairs."""

    def __init__(
        self, config: Config, seeds: Sequence[SeedRecord], db: Path, *, observers: Observers | None = None
    ) -> None:
        """See `SeedRun`."""
        super().__init__(config, CODEDPO, seeds, db, observers=observers)
        self._timing = asyncio.Lock()

    def item(self, context: RunContext, seed: SeedRecord) -> RunProblem:
        """See `SeedRun.item`."""
        return RunProblem(context, seed, self._timing)
