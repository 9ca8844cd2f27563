"""`aiev export` and `aiev split`: from a database to a dataset."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiev.cli.shared import AS_JSON, DB, configured, merged_config, show
from aiev_agents.languages import LANGUAGES

if TYPE_CHECKING:
    from aiev.dataset.export import Exported

_KEPT = {"near_duplicates": True, "secrets": False, "decontaminate": False}
"""What the settings become where an option asks to keep something."""


@click.command("export")
@DB
@click.option(
    "--format",
    "formats",
    multiple=True,
    default=("messages",),
    show_default=True,
    metavar="SHAPE[:FILE]",
    help="messages, openai, sharegpt, llama-factory, prompt-completion, dpo or kto; FILE is jsonl, parquet or hf, and "
    "alone stands for messages in it; repeatable.",
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("dataset"), show_default=True, help="Folder.")
@click.option("--split", "splits", multiple=True, type=click.Choice(["train", "test"]), help="Only this one.")
@click.option("--failures", is_flag=True, help="Discarded dialogues too.")
@click.option("--min-rounds", type=click.IntRange(min=0), help="Only dialogues of so many rounds or more.")
@click.option("--max-rounds", type=click.IntRange(min=0), help="Only dialogues of so many rounds or fewer.")
@click.option("--verdict", "verdicts", multiple=True, help="Only those with a round of this verdict; repeatable.")
@click.option(
    "--language", "languages", multiple=True, type=click.Choice(list(LANGUAGES)), help="Only this; repeatable."
)
@click.option("--licence", "licences", multiple=True, help="Only seeds under this SPDX expression; repeatable.")
@click.option("--stage", "stages", multiple=True, help="Only this recipe, such as teach; repeatable.")
@click.option("--model", "models", multiple=True, help="Only dialogues by this model; repeatable.")
@click.option("--run", "runs", multiple=True, help="Only the run whose id begins so; repeatable.")
@click.option("--label", "labels", multiple=True, help="Only dialogues that people labelled so; none: without a label.")
@click.option("--keep-near-duplicates", "near_duplicates", is_flag=True, help="Not only the best of each group.")
@click.option("--keep-secrets", "secrets", is_flag=True, help="Also what holds credentials.")
@click.option("--keep-contaminated", "decontaminate", is_flag=True, help="Also what resembles a benchmark.")
@click.option("--check", "tokenizer", metavar="TOKENIZER", help="Prove the loss mask of every row with this tokenizer.")
@click.option("--push", "name", metavar="OWNER/NAME", help="Upload it; the token is read from HF_TOKEN.")
@click.option("--public", is_flag=True, help="With --push: a new dataset is for everybody.")
@configured
@AS_JSON
def export(
    db: Path,
    formats: tuple[str, ...],
    out: Path,
    tokenizer: str | None,
    name: str | None,
    public: bool,
    files: tuple[Path, ...],
    assignments: tuple[str, ...],
    as_json: bool,
    **choices: Any,
) -> None:
    """Write the dialogues of DB as a dataset, with a card and a manifest.

    Training and test rows go into files of their own; which seeds are tested is decided once and kept in DB.
    """
    from aiev.dataset.check import Check
    from aiev.dataset.export import parse_output
    from aiev.dataset.export_judged import export_dataset
    from aiev.dataset.masking import load_tokenizer
    from aiev.view.terminal.datasets import exported_view

    config = merged_config(files, (*assignments, *_assignments(choices)))
    outputs = [parse_output(text) for text in formats]
    check = Check(tokenizer, load_tokenizer(tokenizer)) if tokenizer else None
    result = export_dataset(db, out, outputs, config, check=check)
    address = _pushed(result, name, public=public) if name else ""
    show(as_json, lambda: result.as_dict() | {"pushed_to": address}, lambda: exported_view(result, address))


@click.command()
@DB
@configured
@AS_JSON
def split(db: Path, files: tuple[Path, ...], assignments: tuple[str, ...], as_json: bool) -> None:
    """Put the seeds of accepted dialogues of DB into training and test, once and for good."""
    from dataclasses import asdict

    from aiev.dataset.split import freeze
    from aiev.store.reading.read_only import ReadOnly
    from aiev.view.terminal.datasets import split_view

    config = merged_config(files, assignments)
    ReadOnly(db).close()
    summary = freeze(db, config.settings.split)
    show(as_json, lambda: asdict(summary), lambda: split_view(summary))


def _assignments(choices: dict[str, Any]) -> list[str]:
    """Options as settings of section `export`; those that were not given leave the configuration as it is."""
    given = {key: value for key, value in choices.items() if value is not None and value is not False and value != ()}
    settings = {key: _KEPT.get(key, value) for key, value in given.items()}
    return [f"export.{key}={json.dumps(value)}" for key, value in settings.items()]


def _pushed(result: Exported, name: str, *, public: bool) -> str:
    from aiev.dataset.push import push

    return push(result.folder, name, private=not public)
