"""`aiev export` and `aiev split`: from a database to a dataset."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from aiev.cli.options import AS_JSON, AT_LEAST_0, DB, LANGUAGE_NAME, PATH, SHARE, configured, setting
from aiev.cli.printing import show
from aiev.store.reading.standing import Choice

if TYPE_CHECKING:
    from aiev.config.layers import Config


@click.command("export")
@DB
@click.option(
    "--format",
    "formats",
    multiple=True,
    default=("messages",),
    show_default=True,
    metavar="SHAPE[:FILE]",
    help="messages, openai, sharegpt, llama-factory, prompt-completion, self-oss-instruct, dpo, kto, llama-factory-dpo "
    "or llama-factory-kto; FILE is jsonl, parquet or hf, and alone stands for messages in it; repeatable.",
)
@click.option("--out", type=PATH, default=Path("dataset"), show_default=True, help="Folder.")
@setting("--split", "export.splits", multiple=True, type=click.Choice(["train", "test"]), help="Only this split.")
@setting("--failures", "export.failures", to=True, help="Include discarded dialogues.")
@setting("--min-rounds", "export.min_rounds", type=AT_LEAST_0, help="Only dialogues with this many rounds or more.")
@setting("--max-rounds", "export.max_rounds", type=AT_LEAST_0, help="Only dialogues with this many rounds or fewer.")
@setting("--verdict", "export.verdicts", multiple=True, help="Only dialogues with a round of this verdict; repeatable.")
@setting("--language", "export.languages", multiple=True, type=LANGUAGE_NAME, help="Only this language; repeatable.")
@setting("--licence", "export.licences", multiple=True, help="Only seeds under this SPDX expression; repeatable.")
@setting("--stage", "export.stages", multiple=True, help="Only this recipe, such as teach; repeatable.")
@setting("--model", "export.models", multiple=True, help="Only dialogues by this model; repeatable.")
@setting("--run", "export.runs", multiple=True, help="Only runs whose id begins with this; repeatable.")
@setting(
    "--evidence",
    "export.evidence",
    multiple=True,
    type=click.Choice(get_args(Choice)),
    help="Only dialogues whose evidence says this: usable (verified, or accepted without evidence; the default), "
    "verified, none, any (all accepted), unverified or contradicted (also those that passed and were not accepted); "
    "repeatable.",
)
@setting(
    "--min-mutation-score",
    "export.min_mutation_score",
    type=SHARE,
    help="Only dialogues whose tests tell at least this share of changed programs from the program.",
)
@setting(
    "--min-agreement",
    "export.min_agreement",
    type=SHARE,
    help="Only dialogues with which at least this share of independent solutions agrees.",
)
@setting(
    "--label",
    "export.labels",
    multiple=True,
    help="Only dialogues with this label: accept, reject, flag, or none for those without; repeatable.",
)
@setting("--keep-near-duplicates", "export.near_duplicates", to=True, help="Keep all of a group, not only the best.")
@setting("--keep-secrets", "export.secrets", to=False, help="Keep dialogues with credentials.")
@setting("--keep-contaminated", "export.decontaminate", to=False, help="Keep dialogues that resemble a benchmark.")
@click.option("--check", "tokenizer", metavar="TOKENIZER", help="Prove the loss mask of every row with this tokenizer.")
@click.option("--push", "name", metavar="OWNER/NAME", help="Upload it; the token is read from HF_TOKEN.")
@click.option("--public", is_flag=True, help="With --push: create a public dataset.")
@configured
@AS_JSON
def export(
    db: Path,
    formats: tuple[str, ...],
    out: Path,
    tokenizer: str | None,
    name: str | None,
    public: bool,
    config: Config,
    as_json: bool,
) -> None:
    """Write the dialogues of DB as a dataset.

    A card and a manifest describe it. Training and test rows go into separate files. A seed is assigned to a split
    once, and the split is stored in DB.
    """
    from aiev.dataset.check import Check
    from aiev.dataset.export import export as export_dataset
    from aiev.dataset.masking import load_tokenizer
    from aiev.dataset.outputs import parse_output
    from aiev.dataset.push import push
    from aiev.view.terminal.datasets import exported_view

    outputs = [parse_output(text) for text in formats]
    check = Check(tokenizer, load_tokenizer(tokenizer)) if tokenizer else None
    result = export_dataset(db, out, outputs, config.settings, check=check)
    address = push(result.folder, name, private=not public) if name else ""
    show(as_json, lambda: result.as_dict() | {"pushed_to": address}, lambda: exported_view(result, address))


@click.command()
@DB
@configured
@AS_JSON
def split(db: Path, config: Config, as_json: bool) -> None:
    """Assign the seeds of DB to training and test, for good.

    Only seeds of accepted dialogues are assigned, without those whose evidence is bad (split.evidence). Later seeds
    never move those that were assigned before.
    """
    from aiev.dataset.split import assign_splits
    from aiev.store.reading.read_only import ReadOnly
    from aiev.view.terminal.datasets import split_view

    ReadOnly(db).close()
    summary = assign_splits(db, config.settings.split)
    show(as_json, lambda: asdict(summary), lambda: split_view(summary))
