"""`aiev batch`: a run's questions through the provider's batch API."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from aiev.cli.options import AS_JSON, DATABASE, DB, LANGUAGE, LIMIT, SOURCES, configured
from aiev.cli.printing import print_json, say
from aiev.errors import AievError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aiev.config.layers import Config
    from aiev.store.records import BatchRecord


@click.group()
def batch() -> None:
    """Answer a run's questions through the provider's batch API.

    Replies come within a day, at about half the price. `submit` takes the options of `teach`. After `collect` has
    fetched the replies, the same `aiev teach` uses them.
    """


@batch.command("submit")
@SOURCES
@DATABASE
@LIMIT
@LANGUAGE
@configured
@AS_JSON
def batch_submit(sources: tuple[str, ...], db: Path, config: Config, as_json: bool) -> None:
    """Send the questions for SOURCES that are in no batch yet.

    Questions that have a reply already are not sent.
    """
    from aiev.batch.submit import submit_questions
    from aiev.seeds.select import select_seeds

    seeds = select_seeds(config, sources or config.settings.seeds.sources, db)
    submitted = asyncio.run(submit_questions(config, seeds.seeds, db))
    if as_json:
        print_json(submitted.as_dict())
        return
    _print(submitted.batches)
    sent = sum(each.requests for each in submitted.batches)
    say(f"{sent} questions sent, {submitted.known} were known; next: aiev batch collect {db} --wait")


@batch.command("status")
@DB
@configured
@AS_JSON
def batch_status(db: Path, config: Config, as_json: bool) -> None:
    """Show the state of the batches of DB at the provider."""
    from aiev.batch.collect import poll_batches

    _show(asyncio.run(poll_batches(config, _existing(db))), as_json=as_json)


@batch.command("collect")
@DB
@click.option("--wait", is_flag=True, help="Wait until the provider has finished all of them.")
@configured
@AS_JSON
def batch_collect(db: Path, wait: bool, config: Config, as_json: bool) -> None:
    """Put the replies of finished batches into the journal of DB."""
    from aiev.batch.collect import collect_batches

    last: list[BatchRecord] = []

    def print_changes(batches: list[BatchRecord]) -> None:
        if wait and batches != last:
            say("\n".join(_line(each) for each in batches), err=True)
        last[:] = batches

    batches = asyncio.run(collect_batches(config, _existing(db), wait=wait, on_poll=print_changes))
    _show(batches, as_json=as_json)


@batch.command("cancel")
@DB
@configured
@AS_JSON
def batch_cancel(db: Path, config: Config, as_json: bool) -> None:
    """Cancel the batches of DB.

    `collect` still fetches what was answered.
    """
    from aiev.batch.collect import cancel_batches

    _show(asyncio.run(cancel_batches(config, _existing(db))), as_json=as_json)


def _existing(db: Path) -> Path:
    if not db.is_file():
        raise AievError(f"no database {db}; `aiev batch submit` makes one")
    return db


def _show(batches: Sequence[BatchRecord], *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(each) for each in batches])
    elif batches:
        _print(batches)
    else:
        say("no batches; `aiev batch submit` makes one")


def _print(batches: Sequence[BatchRecord]) -> None:
    for each in batches:
        say(_line(each))


def _line(each: BatchRecord) -> str:
    from aiev.view.safe import safe

    detail = f" ({safe(each.detail)})" if each.detail else ""
    return (
        f"{each.id}  run {each.run_id}  {each.status}{detail}: {each.requests} questions, {each.answered} answered, "
        f"{each.failed} failed"
    )
