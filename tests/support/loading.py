"""Loads seeds as `aiev teach` does, without the filters that compare with other texts."""

from pathlib import Path

from aiev.config.layers import Config
from aiev.config.settings import Settings
from aiev.run.settings import RunSettings
from aiev.seeds.select import select_seeds
from aiev.seeds.settings import DEFAULT_FILTERS, SeedsSettings

FILTERS = tuple(name for name in DEFAULT_FILTERS if name not in {"near_duplicates", "decontamination"})


def load_seeds(sources, *, limit=0, seed=0, filters=FILTERS, **seeds):
    """Options are those of `[seeds]`, besides the size of the sample and its seed."""
    settings = Settings(
        run=RunSettings(limit=limit, seed=seed), seeds=SeedsSettings(filters=filters, workers=1, **seeds)
    )
    return select_seeds(Config(settings, {}), [str(source) for source in sources], Path("no.db"))
