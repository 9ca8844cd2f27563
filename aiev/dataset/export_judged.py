"""Exports with all judges that there are: the place where the parts that judge texts are put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.dataset.export import export

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.config.settings import Settings
    from aiev.dataset.check import Check
    from aiev.dataset.export import Exported, Output
    from aiev.dataset.judges import Judge


def export_dataset(
    path: Path, out: Path, outputs: Sequence[Output], config: Config, *, check: Check | None = None
) -> Exported:
    """See `aiev.dataset.export.export`; dialogues are judged by everything that the settings ask for."""
    return export(path, out, outputs, config, judges=extra_judges(config.settings), check=check)


def extra_judges(settings: Settings) -> list[Judge]:
    """Judges besides those of the dataset part itself: decontamination, where `export.decontaminate` asks for it.

    Raises:
        UsageError: a benchmark of `decontamination.benchmarks` is not known, or its file cannot be read.
    """
    if not settings.export.decontaminate:
        return []
    from aiev.similarity.decontamination.decontaminator import Decontaminator

    return [Decontaminator.from_settings(settings.decontamination)]
