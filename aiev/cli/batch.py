"""`aiev batch`: a run's questions through the provider's batch API."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiev.cli.shared import AS_JSON, DB, configured, merged_config, print_json
from aiev.errors import AievError
from aiev_agents.languages import LANGUAGES

if TYPE_CHECKING:
    from aiev.store.records import BatchRecord


@click.group()
def batch() -> None:
    """Ask a run's questions through the provider's batch API: a day's patience, about half the price.

    `submit` takes what `teach` takes. Once `collect` has fetched the replies, the same `aiev teach` begins with them.
    """


@batch.command("submit")
@click.argument("sources", nargs=-1)
@click.option("--db", type=click.Path(path_type=Path), default=Path("aiev.db"), show_default=True, help="Database.")
@click.option("--limit", type=click.IntRange(min=1), help="Take so many seeds.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="Of the problems; each seed's own without it.")
@configured
@AS_JSON
def batch_submit(
    sources: tuple[str, ...],
    db: Path,
    limit: int | None,
    language: str | None,
    files: tuple[Path, ...],
    assignments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Send the questions for SOURCES that are neither answered nor on their way."""
    from aiev.batch.work import submit_questions
    from aiev.view.teach_panel import seeds_of

    more = [*assignments]
    more += [f"run.limit={limit}"] if limit else []
    more += [f"dialogue.language={language}"] if language else []
    config = merged_config(files, tuple(more))
    seeds = seeds_of(config, sources or config.settings.seeds.sources, db)
    submitted = asyncio.run(submit_questions(config, seeds.seeds, db))
    if as_json:
        print_json(submitted.as_dict())
        return
    _print(submitted.batches)
    sent = sum(each.requests for each in submitted.batches)
    click.echo(f"{sent} questions sent, {submitted.known} were known; next: aiev batch collect {db} --wait")


@batch.command("status")
@DB
@configured
@AS_JSON
def batch_status(db: Path, files: tuple[Path, ...], assignments: tuple[str, ...], as_json: bool) -> None:
    """Ask the provider how far the batches of DB are."""
    from aiev.batch.work import look

    _show(asyncio.run(look(merged_config(files, assignments), _existing(db))), as_json=as_json)


@batch.command("collect")
@DB
@click.option("--wait", is_flag=True, help="Wait until the provider has ended all of them.")
@configured
@AS_JSON
def batch_collect(db: Path, wait: bool, files: tuple[Path, ...], assignments: tuple[str, ...], as_json: bool) -> None:
    """Put the replies of the batches that have ended into the journal of DB."""
    from aiev.batch.work import collect

    last: list[BatchRecord] = []

    def tell(batches: list[BatchRecord]) -> None:
        if wait and batches != last:
            click.echo("\n".join(_line(each) for each in batches), err=True)
        last[:] = batches

    batches = asyncio.run(collect(merged_config(files, assignments), _existing(db), wait=wait, told=tell))
    _show(batches, as_json=as_json)


@batch.command("cancel")
@DB
@configured
@AS_JSON
def batch_cancel(db: Path, files: tuple[Path, ...], assignments: tuple[str, ...], as_json: bool) -> None:
    """Ask the provider to end the batches of DB; `collect` then fetches what was answered."""
    from aiev.batch.work import cancel

    _show(asyncio.run(cancel(merged_config(files, assignments), _existing(db))), as_json=as_json)


def _existing(db: Path) -> Path:
    if not db.is_file():
        raise AievError(f"no database {db}; `aiev batch submit` makes one")
    return db


def _show(batches: list[BatchRecord], *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        print_json([asdict(each) for each in batches])
    elif batches:
        _print(batches)
    else:
        click.echo("no batches; `aiev batch submit` makes one")


def _print(batches: tuple[BatchRecord, ...] | list[BatchRecord]) -> None:
    for each in batches:
        click.echo(_line(each))


def _line(each: BatchRecord) -> str:
    from aiev.view.safe import safe

    detail = f" ({safe(each.detail)})" if each.detail else ""
    return (
        f"{each.id}  run {each.run_id}  {each.status}{detail}: {each.requests} questions, {each.answered} answered, "
        f"{each.failed} failed"
    )
