"""The dialogues of a round as files: what a training learns from and what it measures the loss on.

Invariant: they are chosen and written as `aiev export` does it, so without near-duplicates, credentials and control
tokens; the same dialogues and settings give the same bytes, which the digest names.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aiev.dataset.duplicates import worse_duplicates
from aiev.dataset.exported import Funnel
from aiev.dataset.formats import SHAPES
from aiev.dataset.judges import default_judges
from aiev.dataset.postprocess import build_sample
from aiev.dataset.selection import select
from aiev.store.reading.dialogues import DialogueReader
from aiev.store.reading.student import StudentReader
from aiev.student.rounds import items_of

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.dataset.settings import ExportSettings

_SHAPE = SHAPES["messages"]


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


def write_training_files(db: Path, number: int, settings: ExportSettings, folder: Path) -> TrainingFiles:
    """Write the items of a round as dialogues to train on and to measure the loss on.

    They are chosen and written as `aiev export` does it: without near-duplicates, credentials and control tokens.
    """
    with StudentReader.open(db) as reader:
        accepted = reader.accepted()
    parts = {name: {one.id for one in items_of(accepted, number, name)} for name in ("train", "test")}
    folder.mkdir(parents=True, exist_ok=True)
    chosen = settings.model_copy(update={"splits": ("train", "test"), "failures": False})
    funnel = Funnel()
    rows: dict[str, list[str]] = {"train": [], "test": []}
    with DialogueReader.open(db) as dialogues:
        worse = worse_duplicates(partial(dialogues.dialogues, messages=False), chosen)
        for record in select(dialogues.dialogues(), chosen, default_judges(chosen), worse, funnel):
            for name in (name for name, ids in parts.items() if record.id in ids):
                sample = build_sample(record, chosen)
                rows[name] += [json.dumps(row, ensure_ascii=False) for row in _SHAPE.rows(sample)]
    files = {name: folder / f"{name}.jsonl" for name in rows}
    digest = hashlib.sha256()
    for name, path in files.items():
        text = "".join(f"{row}\n" for row in rows[name])
        digest.update(f"{name}\n{text}".encode(errors="surrogatepass"))
        path.write_text(text, encoding="utf-8", errors="replace")
    return TrainingFiles(
        files["train"], files["test"], digest.hexdigest(), len(rows["train"]), len(rows["test"]), dict(funnel.dropped)
    )
