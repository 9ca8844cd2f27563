"""The dialogues of a round as files: what a training learns from and what it measures the loss on.

Invariants: they are chosen and written as `aiev export` does it, so without near-duplicates, credentials and control
tokens, and without what lost its standing since the round was frozen (`split.evidence`); the same dialogues and
settings give the same bytes, which the digest names. Nothing of the evidence is in them, so that evidence which changes
no choice changes no digest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aiev.dataset.duplicates import worse_duplicates
from aiev.dataset.exported import Funnel
from aiev.dataset.formats import SHAPES
from aiev.dataset.formats.shape import OF_ALIGNMENT, OF_EVIDENCE, without
from aiev.dataset.judges import default_judges
from aiev.dataset.postprocess import build_sample
from aiev.dataset.selection import select
from aiev.store.reading.dialogues import DialogueReader
from aiev.store.reading.student import StudentReader
from aiev.student.rounds import items_of
from aiev.tables.writing import json_line

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.config.settings import Settings

_SHAPE = SHAPES["messages"]
_BARE = frozenset({*OF_EVIDENCE, *OF_ALIGNMENT})
"""Columns that no trainer reads."""


@dataclass(frozen=True, slots=True)
class TrainingFiles:
    """The dialogues of a training, in files."""

    train_file: Path
    test_file: Path
    digest: str
    train: int
    """Dialogues to learn from."""
    test: int
    """Dialogues to measure the loss on."""
    dropped: dict[str, int]
    """Dialogues by reason."""


def write_training_files(db: Path, number: int, settings: Settings, folder: Path) -> TrainingFiles:
    """Write the items of a round as dialogues to train on and to measure the loss on.

    Args:
        db: the database.
        number: of the round.
        settings: sections `export`, whose `evidence` is that of section `split` here.
        folder: of the files.
    """
    with StudentReader.open(db) as reader:
        accepted = reader.accepted()
    parts = {name: {one.id for one in items_of(accepted, number, name)} for name in ("train", "test")}
    folder.mkdir(parents=True, exist_ok=True)
    own = {"splits": ("train", "test"), "failures": False, "evidence": (settings.split.evidence,)}
    chosen = settings.export.model_copy(update=own)
    funnel = Funnel()
    rows: dict[str, list[str]] = {"train": [], "test": []}
    with DialogueReader.open(db) as dialogues:
        worse = worse_duplicates(partial(dialogues.dialogues, messages=False), chosen)
        for record in select(dialogues.dialogues(), chosen, default_judges(chosen), worse, funnel):
            for name in (name for name, ids in parts.items() if record.id in ids):
                sample = build_sample(record, chosen)
                bare = (without(row, _BARE) for row in _SHAPE.rows(sample))
                rows[name] += map(json_line, bare)
    files = {name: folder / f"{name}.jsonl" for name in rows}
    digest = hashlib.sha256()
    for name, path in files.items():
        text = "".join(rows[name])
        digest.update(f"{name}\n{text}".encode(errors="surrogatepass"))
        path.write_text(text, encoding="utf-8", errors="replace")
    return TrainingFiles(
        files["train"], files["test"], digest.hexdigest(), len(rows["train"]), len(rows["test"]), dict(funnel.dropped)
    )
