"""Writes a dataset: assigns seeds to splits; selects, post-processes, checks and writes dialogues; describes the files.

Invariants: a folder under its own name is whole and belongs to the manifest in it; when anything fails, the old one
stays; dialogues are read in the order of their ids, so equal dialogues give equal bytes. Memory does not grow with
the number of dialogues, but for near-duplicates (`duplicates.py`).
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from aiev.dataset.card import render_card
from aiev.dataset.duplicates import worse_duplicates
from aiev.dataset.exported import Exported
from aiev.dataset.folder import MANIFEST, refuse_foreign
from aiev.dataset.formats import llama_factory
from aiev.dataset.formats.kto import OF_ANSWER
from aiev.dataset.formats.preference import OF_PAIR
from aiev.dataset.formats.shape import OF_ALIGNMENT, OF_EVIDENCE, without
from aiev.dataset.judges import configured_judges
from aiev.dataset.manifest import Manifest, file_hashes
from aiev.dataset.outputs import open_files, refuse_repeated
from aiev.dataset.postprocess import build_sample
from aiev.dataset.replacement import replacement
from aiev.dataset.selection import admitted, select
from aiev.dataset.split import assign_splits
from aiev.store.reading.alignment import AlignmentReader
from aiev.store.reading.dialogues import DialogueReader
from aiev.store.reading.evidence import EvidenceReader
from aiev.store.reading.preference import PreferenceReader
from aiev.store.reading.read_only import ReadOnly
from aiev.store.reading.runs import RunReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiev.config.settings import Settings
    from aiev.dataset.check import Check
    from aiev.dataset.judges import Judge
    from aiev.dataset.outputs import DatasetFile, Output
    from aiev.dataset.settings import ExportSettings
    from aiev.store.reading.dialogues import DialogueRecord


def export(
    path: Path,
    out: Path,
    outputs: Sequence[Output],
    settings: Settings,
    *,
    judges: Sequence[Judge] | None = None,
    check: Check | None = None,
) -> Exported:
    """Write a database's dialogues as a dataset.

    Args:
        path: the database; seeds of what is taken by status and evidence are assigned to a split, for good.
        out: folder of the dataset; an earlier export in it is replaced.
        outputs: what to write; each shape in one kind of file only.
        settings: sections `split`, `export` and `decontamination`.
        judges: drop dialogues; None takes those of the settings.
        check: proves every row's loss mask before anything takes its place.

    Raises:
        UsageError: the folder is a link or holds something else, or a benchmark cannot be read.
        MaskError: a row's loss mask would be wrong.
        SetupError: a kind of file needs a package that is not installed.
        StoreError: the database cannot be read or written.
    """
    refuse_repeated(outputs)
    refuse_foreign(out)
    wanted, judges = settings.export, configured_judges(settings) if judges is None else judges
    ReadOnly(path).close()  # writing splits would create a database that does not exist
    assign_splits(path, settings.split, wanted=lambda record: admitted(record, wanted))
    result = Exported(out, [judge.name for judge in judges], [output.name for output in outputs])
    with DialogueReader.open(path) as reader, ExitStack() as stack:
        result.untold = _untold(reader.db)
        folder = stack.enter_context(replacement(out))
        files = stack.enter_context(open_files(folder, outputs, wanted.splits, untold=result.untold))
        worse = worse_duplicates(partial(reader.dialogues, messages=False), wanted)
        for record in select(reader.dialogues(), wanted, judges, worse, result.funnel):
            _write(record, files, wanted, result, check)
        if check:
            result.tokens = {name: counts.as_dict() for name, counts in check.counts.items()}
            result.split_tokens = check.split_tokens(wanted.special_tokens)
        for file in files:
            file.sink.finish()
        result.rows = {file.name: file.sink.rows for file in files}
        _finish(folder, files, Manifest.of(result, RunReader(reader.db), settings))
    return result


def _untold(db: ReadOnly) -> frozenset[str]:
    """Columns in which no dialogue of a database has anything to say."""
    gathered, paired = EvidenceReader(db).gathered(), PreferenceReader(db).any()
    untold = [
        () if gathered else OF_EVIDENCE,
        () if AlignmentReader(db).any() else OF_ALIGNMENT,
        () if gathered or paired else (*OF_PAIR, *OF_ANSWER),
    ]
    return frozenset(chain.from_iterable(untold))


def _write(
    record: DialogueRecord,
    files: Sequence[DatasetFile],
    settings: ExportSettings,
    result: Exported,
    check: Check | None,
) -> None:
    """Write a dialogue into every file of its split."""
    sample = build_sample(record, settings)
    # preferences need the failed turns, which a sample without execution does not show
    executed = sample if sample.executed else build_sample(record, settings.model_copy(update={"plain_share": 0.0}))
    for file in files:
        if file.sink.split != record.split:
            continue
        shown = sample if file.shape.supervised else executed
        for row in file.shape.rows(shown):
            if check:
                check.row(file.name, row, shown)
            file.sink.write(without(row, result.untold))
    result.count(sample, record)


def _finish(folder: Path, files: Sequence[DatasetFile], manifest: Manifest) -> None:
    """Give the files their names, and describe them."""
    for file in files:
        file.sink.commit()
    others = {"README.md": render_card(manifest), **_dataset_info(files)}
    for name, text in others.items():
        (folder / name).write_text(text, encoding="utf-8", errors="replace")
    described = replace(manifest, files=file_hashes(folder, [*manifest.rows, *others]))
    (folder / MANIFEST).write_text(described.as_json(), encoding="utf-8", errors="replace")


def _dataset_info(files: Sequence[DatasetFile]) -> dict[str, str]:
    """The files that LLaMA-Factory wants beside its own."""
    entries: dict[str, dict[str, object]] = {}
    for file in files:
        if file.shape.name in llama_factory.DATASET_INFO:
            told = {"file_name": file.sink.target.name, **llama_factory.DATASET_INFO[file.shape.name]}
            entries.setdefault(file.shape.name, {})[f"aiev_{file.sink.split}"] = told
    return {f"{name}/dataset_info.json": json.dumps(found, indent=2) + "\n" for name, found in entries.items()}
