"""Self-alignment: a model makes its own instructions from seeds, and keeps the responses that pass their own tests.

Each seed becomes one item (`aiev.alignment`); what is kept is sanitised at the end of each start, which holds all of it
in memory at once.

Source: SelfCodeAlign, arXiv 2410.24198.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.alignment.run_item import RunItem
from aiev.alignment.sanitising import drops
from aiev.recipes.seed_run import SeedRun
from aiev.run.identity import SELF_ALIGN
from aiev.similarity.decontamination.decontaminator import Decontaminator
from aiev.store.reading.alignment import AlignmentReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.run.context import RunContext
    from aiev.similarity.settings import DecontaminationSettings
    from aiev.store.reading.alignment import KeptItem
    from aiev.store.reading.read_only import ReadOnly
    from aiev.store.records import SeedRecord
    from aiev.store.writing.store import Store
    from aiev.telemetry.operations import Observers


class SelfAlignment(SeedRun):
    """One start of a run of self-alignment."""

    def __init__(
        self, config: Config, seeds: Sequence[SeedRecord], db: Path, *, observers: Observers | None = None
    ) -> None:
        """See `SeedRun`."""
        super().__init__(config, SELF_ALIGN, seeds, db, observers=observers)

    def item(self, context: RunContext, seed: SeedRecord) -> RunItem:
        """See `SeedRun.item`."""
        return RunItem(context, seed)

    async def _settle(self, store: Store, db: ReadOnly) -> None:
        """Discard what repeats, is too long or resembles a benchmark; it stays in the database with the reason."""
        settings = self.config.settings
        await store.settle(store.position)
        kept = list(AlignmentReader(db).kept(self.run_id))
        resembling = _contaminated(kept, settings.decontamination) if kept else {}
        found = dict(drops(kept, settings.align, resembling))
        if found:
            await store.drop(found)


def _contaminated(kept: Sequence[KeptItem], settings: DecontaminationSettings) -> dict[str, str]:
    """What of a benchmark items hold, in words, by the item's id."""
    benchmarks = Decontaminator.from_settings(settings)
    found: dict[str, str] = {}
    for texts in ([(item.instruction, "text") for item in kept], [(item.program, item.language) for item in kept]):
        for item, verdict in zip(kept, benchmarks.judge_pairs(texts), strict=True):
            if verdict:
                found.setdefault(item.id, f"resembles {verdict.hits[0].benchmark} {verdict.hits[0].item}")
    return found
