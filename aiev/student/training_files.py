"""The dialogues of a round as files: what a stage of a training learns from and what it is measured on.

A supervised stage learns from their turns, the others from their repairs and from the pairs of sampled programs. Pairs
that no round has taken in are divided by the split of their seeds, which keeps near-duplicates of test items out.

Invariants: they are chosen and written as `aiev export` does it, so without near-duplicates, credentials and control
tokens, and without what lost its standing since the round was frozen (`split.evidence`); the same dialogues and
settings give the same bytes, which the digest names. Nothing of evidence and scores is in them, so that what changes no
choice changes no digest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aiev.dataset.duplicates import worse_duplicates
from aiev.dataset.exported import Funnel
from aiev.dataset.formats import SHAPES
from aiev.dataset.formats.kto import OF_ANSWER
from aiev.dataset.formats.preference import OF_PAIR
from aiev.dataset.formats.shape import OF_ALIGNMENT, OF_EVIDENCE, without
from aiev.dataset.judges import default_judges
from aiev.dataset.postprocess import build_sample
from aiev.dataset.selection import select
from aiev.store.reading.dialogues import DialogueReader
from aiev.store.reading.student import StudentReader
from aiev.tables.writing import json_line

if TYPE_CHECKING:
    from pathlib import Path

    from aiev.config.settings import Settings
    from aiev.dataset.formats.shape import Row
    from aiev.student.training.settings import Method

_SHAPES = {"sft": SHAPES["messages"], "dpo": SHAPES["dpo"], "rpo": SHAPES["dpo"], "kto": SHAPES["kto"]}
_BARE = frozenset({*OF_EVIDENCE, *OF_ALIGNMENT, *OF_PAIR, *OF_ANSWER})
"""Columns that no trainer reads."""


@dataclass(frozen=True, slots=True)
class TrainingFiles:
    """The data of a stage, in files."""

    train_file: Path
    test_file: Path
    digest: str
    train: int
    """Dialogues, pairs or answers to learn from."""
    test: int
    """Likewise to measure on."""
    dropped: dict[str, int]
    """Dialogues by reason."""
    kept: int
    """Dialogues that are left."""


def write_training_files(
    db: Path, number: int, settings: Settings, folder: Path, method: Method = "sft"
) -> TrainingFiles:
    """Write the items of a round, and pairs that are in none, as rows to train on and to measure on.

    Args:
        db: the database.
        number: of the round.
        settings: sections `export`, whose `evidence` is that of section `split` here.
        folder: of the files.
        method: of the stage.
    """
    shape = _SHAPES[method]
    with StudentReader.open(db) as reader:
        accepted = reader.accepted()
    parts = {one.id: one.part for one in accepted if one.part and one.round <= number}
    folder.mkdir(parents=True, exist_ok=True)
    own = {"splits": ("train", "test"), "failures": False, "evidence": (settings.split.evidence,)}
    chosen = settings.export.model_copy(update=own | ({} if shape.supervised else {"plain_share": 0.0}))
    funnel = Funnel()
    rows: dict[str, list[Row]] = {"train": [], "test": []}
    with DialogueReader.open(db) as dialogues:
        worse = worse_duplicates(partial(dialogues.dialogues, messages=False), chosen)
        for record in select(dialogues.dialogues(), chosen, default_judges(chosen), worse, funnel):
            part = parts.get(record.id, record.split if record.pairs else "")
            if part in rows:
                rows[part] += (without(row, _BARE) for row in shape.rows(build_sample(record, chosen)))
    if method == "kto" and len({row["label"] for row in rows["train"]}) == 1:
        rows["train"] = []  # answers that are all good, or all bad, say nothing about the difference
    files = {name: folder / f"{name}.jsonl" for name in rows}
    digest = hashlib.sha256()
    for name, path in files.items():
        text = "".join(map(json_line, rows[name]))
        digest.update(f"{name}\n{text}".encode(errors="surrogatepass"))
        path.write_text(text, encoding="utf-8", errors="replace")
    counts = len(rows["train"]), len(rows["test"])
    return TrainingFiles(
        files["train"], files["test"], digest.hexdigest(), *counts, dropped=dict(funnel.dropped), kept=funnel.kept
    )
