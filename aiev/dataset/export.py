"""Writes a dataset: splits are frozen, dialogues chosen, told, checked and written, and everything is described.

Invariants: what lies under a file's own name is whole, and belongs to the manifest beside it; when anything fails,
nothing is renamed; dialogues are read in the order of their ids, so equal dialogues give equal bytes. Memory does not
grow with the number of dialogues, but for near-duplicates (`choose.py`).
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from aiev.dataset.choose import Funnel, choose, worse_duplicates
from aiev.dataset.files import SINKS
from aiev.dataset.files.sink import PARTIAL, remove
from aiev.dataset.formats import SHAPES
from aiev.dataset.formats.llama_factory import DATASET_INFO
from aiev.dataset.judges import ControlTokensJudge, SecretsJudge
from aiev.dataset.manifest import Manifest, begin_replacing, refuse_foreign, write_manifest
from aiev.dataset.postprocess import build_sample
from aiev.dataset.split import freeze
from aiev.errors import UsageError
from aiev.store.reading.dialogues import DialogueReader
from aiev.store.reading.read_only import ReadOnly
from aiev.store.reading.runs import RunReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.dataset.check import Check
    from aiev.dataset.files.sink import Sink
    from aiev.dataset.formats.shape import Shape
    from aiev.dataset.judges import Judge
    from aiev.dataset.sample import Sample
    from aiev.dataset.settings import ExportSettings
    from aiev.store.reading.dialogues import DialogueRecord

LLAMA_FACTORY = "llama-factory"
SHORT = {"parquet": "messages:parquet", "hf": "messages:hf", "jsonl": "messages:jsonl"}
"""Kinds of files alone stand for chat messages in them."""


@dataclass(frozen=True, slots=True)
class Output:
    """A shape of rows in a kind of file."""

    shape: Shape
    kind: str

    @property
    def name(self) -> str:
        """As a user would ask for it."""
        return f"{self.shape.name}:{self.kind}"

    @property
    def folder(self) -> str:
        """Its folder in the dataset."""
        return self.shape.name


@dataclass(slots=True)
class Exported:
    """What came of an export."""

    folder: Path
    rows: dict[str, int]
    """Rows by file, relative to the folder."""
    funnel: Funnel
    judges: list[str]
    formats: list[str]
    """As a user would ask for them."""
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    """Dialogues by language, licence, model, stage, rounds, split, and whether they show an execution."""
    runs: list[str] = field(default_factory=list)
    """Ids of the runs that they come from."""
    tokens: dict[str, dict[str, int]] = field(default_factory=dict)
    split_tokens: list[str] = field(default_factory=list)
    """Special tokens that the tokenizer of the check does not have as one token."""

    def as_dict(self) -> dict[str, Any]:
        """The export as plain data."""
        return {
            "out": str(self.folder),
            "rows": self.rows,
            "taken": self.funnel.taken,
            "kept": self.funnel.kept,
            "dropped": dict(self.funnel.dropped),
            "judges": self.judges,
            "counts": {name: dict(counter) for name, counter in self.counts.items()},
            "tokens": self.tokens,
            "split_tokens": self.split_tokens,
        }


def parse_output(text: str) -> Output:
    """`messages`, `dpo:parquet`, `hf`: a shape, a kind of file, or both.

    Raises:
        UsageError: no such shape or kind of file.
    """
    name, _, kind = SHORT.get(text, text).partition(":")
    if name not in SHAPES or (kind or "jsonl") not in SINKS:
        raise UsageError(
            f"unknown format {text!r}; take one of {', '.join(SHAPES)}, with :{', :'.join(SINKS)} for another kind of"
            " file, for example dpo:parquet"
        )
    return Output(SHAPES[name], kind or "jsonl")


def default_judges(settings: ExportSettings) -> list[Judge]:
    """The judges that need nothing but the settings."""
    judges: list[Judge] = [ControlTokensJudge(settings.special_tokens)]
    if settings.secrets:
        judges.append(SecretsJudge())
    return judges


def export(
    path: Path,
    out: Path,
    outputs: Sequence[Output],
    config: Config,
    *,
    judges: Sequence[Judge] = (),
    check: Check | None = None,
) -> Exported:
    """Write a database's dialogues as a dataset.

    Args:
        path: the database; seeds without a split are put into one, for good.
        out: folder of the dataset; an earlier export there is replaced.
        outputs: what to write; a shape may come in one kind of file only.
        config: sections `split` and `export`.
        judges: asked besides those of `default_judges`, in front of them.
        check: proves every row's loss mask before anything is renamed.

    Raises:
        UsageError: the folder holds something else.
        MaskError: a row's loss mask would be wrong.
        SetupError: a kind of file needs a package that is not installed.
        StoreError: the database cannot be read or written.
    """
    _refuse_twice(outputs)
    refuse_foreign(out)
    settings = config.settings.export
    statuses = ("accepted", "discarded") if settings.failures else ("accepted",)
    asked = [*judges, *default_judges(settings)]
    ReadOnly(path).close()  # a file that is no database must not be made one by freezing
    freeze(path, config.settings.split, statuses=statuses)
    funnel = Funnel()
    with DialogueReader.open(path) as reader, _sinks(out, outputs, settings.splits) as sinks:
        worse = worse_duplicates(partial(reader.dialogues, messages=False), settings)
        result = Exported(out, {}, funnel, [judge.name for judge in asked], [output.name for output in outputs])
        for record in choose(reader.dialogues(), settings, asked, worse, funnel):
            _write(record, sinks, settings, result, check)
        if check:
            result.tokens = {name: counts.as_dict() for name, counts in check.counts.items()}
            result.split_tokens = check.split_tokens(settings.special_tokens)
        for _, sink in sinks:
            sink.finish()
        result.rows = {_name(output, sink): sink.rows for output, sink in sinks}
        _publish(out, sinks, result, Manifest.of(RunReader(reader.db), config, result))
    return result


def _refuse_twice(outputs: Sequence[Output]) -> None:
    twice = [name for name, count in Counter(output.shape.name for output in outputs).items() if count > 1]
    if twice:
        raise UsageError(f"format {twice[0]} is asked for twice; export it into another folder the second time")


def _write(
    record: DialogueRecord,
    sinks: Sequence[tuple[Output, Sink]],
    settings: ExportSettings,
    result: Exported,
    check: Check | None,
) -> None:
    """Write a dialogue into every file of its split."""
    told = build_sample(record, settings)
    executed = told if told.executed else build_sample(record, _always_executed(settings))
    for output, sink in sinks:
        if sink.split != record.split:
            continue
        sample = told if output.shape.supervised else executed
        for row in output.shape.rows(sample):
            if check:
                check.row(_name(output, sink), row, sample)
            sink.write(row)
    _count(told, record, result)


def _always_executed(settings: ExportSettings) -> ExportSettings:
    """Preferences need the failed turns, which a dialogue that is told without execution does not show."""
    return settings.model_copy(update={"plain_share": 0.0})


def _count(sample: Sample, record: DialogueRecord, result: Exported) -> None:
    values = {
        "status": record.status,
        "split": sample.split,
        "language": sample.language,
        "licence": sample.licence,
        "model": sample.model,
        "stage": sample.stage,
        "rounds": str(sample.rounds),
        "execution": "shown" if sample.executed else "not shown",
    }
    for name, value in values.items():
        result.counts.setdefault(name, Counter())[value] += 1
    if record.run_id not in result.runs:
        result.runs = sorted([*result.runs, record.run_id])


@contextmanager
def _sinks(out: Path, outputs: Sequence[Output], splits: Sequence[str]) -> Iterator[list[tuple[Output, Sink]]]:
    """A sink for each output and split; all of them leave nothing behind unless they are committed."""
    with ExitStack() as stack:
        sinks: list[tuple[Output, Sink]] = []
        for output in outputs:
            folder = out / output.folder
            try:
                stack.callback(_remove_empty, out, folder)
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise UsageError(
                    f"cannot write to {folder}: {error.strerror}; name another folder with --out"
                ) from None
            for left in folder.glob(f"*{PARTIAL}*"):  # by an export that was killed
                remove(left)
            for split in splits:
                sink = SINKS[output.kind](folder, split, output.shape.columns)
                stack.callback(sink.abandon)
                sinks.append((output, sink))
        yield sinks


def _remove_empty(*folders: Path) -> None:
    for folder in reversed(folders):
        with suppress(OSError):
            folder.rmdir()


def _name(output: Output, sink: Sink) -> str:
    return f"{output.folder}/{sink.target.name}"


def _publish(out: Path, sinks: Sequence[tuple[Output, Sink]], result: Exported, manifest: Manifest) -> None:
    """Rename everything; the manifest comes last, so that one which is there speaks of what is there."""
    from aiev.dataset.card import render_card

    begin_replacing(out, result.rows)
    for _, sink in sinks:
        sink.commit()
    others = {"README.md": render_card(manifest), **_dataset_info(sinks)}
    for name, text in others.items():
        (out / name).write_text(text, encoding="utf-8")
    described = replace(manifest, files=manifest.hashed(out, [*result.rows, *others]))
    write_manifest(out, described.as_json())


def _dataset_info(sinks: Sequence[tuple[Output, Sink]]) -> dict[str, str]:
    """What LLaMA-Factory wants beside its files."""
    files = {
        f"aiev_{sink.split}": {"file_name": sink.target.name, **DATASET_INFO}
        for output, sink in sinks
        if output.shape.name == LLAMA_FACTORY
    }
    return {f"{LLAMA_FACTORY}/dataset_info.json": json.dumps(files, indent=2) + "\n"} if files else {}
