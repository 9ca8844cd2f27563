"""The seeds of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.seeds.asking import Asking
from aiev.seeds.build import late_filters, plan_of
from aiev.seeds.load import load_seeds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.seeds.load import SeedSet


def seeds_of(config: Config, sources: Sequence[str], db: Path) -> SeedSet:
    """The seeds of a run; raises what `load_seeds` raises."""
    settings = config.settings
    plan = plan_of(settings, judge_rows=False)
    with Asking(settings, db) as asking:
        late = late_filters(plan, settings, asking, db)
        return load_seeds(sources, plan, late=late, limit=settings.run.limit)
