"""The teaching stage: one strong model plays both roles over a set of seeds.

Each seed becomes one dialogue (`aiev.run.dialogues`).

Source: AutoCoder, arXiv 2405.14906, section 2.2 (teaching stage).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.errors import SetupError
from aiev.recipes.seed_run import SeedRun
from aiev.run.dialogues import RunDialogue
from aiev.run.identity import TEACH
from aiev.store.reading.batches import BatchReader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.run.context import RunContext
    from aiev.run.progress import Progress
    from aiev.store.reading.read_only import ReadOnly
    from aiev.store.records import SeedRecord
    from aiev.telemetry.operations import Observers


class Teaching(SeedRun):
    """One start of a run of dialogues; of `teach`, or of another recipe that makes its own."""

    def __init__(
        self,
        config: Config,
        seeds: Sequence[SeedRecord],
        db: Path,
        *,
        recipe: str = TEACH,
        observers: Observers | None = None,
        enough: Callable[[Progress], bool] = lambda _: False,
    ) -> None:
        """See `SeedRun`."""
        super().__init__(config, recipe, seeds, db, observers=observers, enough=enough)

    def item(self, context: RunContext, seed: SeedRecord) -> RunDialogue:
        """See `SeedRun.item`."""
        return RunDialogue(context, seed)

    def _check(self, db: ReadOnly) -> None:
        """A question that a batch was paid for is not asked again."""
        if waiting := len((reader := BatchReader(db)).waiting_hashes(self.run_id)):
            raise SetupError(
                f"{waiting} questions of this run are in a batch: `aiev batch collect {reader.path} --wait` fetches "
                f"their replies, `aiev batch cancel {reader.path}` gives them up"
            )
