"""`aiev inspect`: look at what is in a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aiev.cli.shared import AS_JSON, DB, show

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@DB
@click.argument("conversation", required=False)
@click.option("--status", type=click.Choice(["accepted", "discarded", "failed", "running"]), help="Only these.")
@click.option("--verdict", default="", help="Only those with a round of this verdict.")
@click.option("--run", "run_id", default="", help="Only those of the run whose id begins so.")
@click.option("--min-rounds", type=click.IntRange(min=0), default=0, help="Only those with so many rounds or more.")
@click.option("--max-rounds", type=click.IntRange(min=0), default=0, help="Only those with so many rounds or fewer.")
@click.option("--language", default="", help="Only those in this language.")
@click.option("--model", default="", help="Only those by this model.")
@click.option("--stage", default="", help="Only those of this stage (the run's recipe), such as teach.")
@click.option("--split", default="", help="Only those on this side of the split: train, test or held.")
@click.option("--error-class", default="", help="Only those with a round that ended so: KeyError, E0308, timeout.")
@click.option("--package", default="", help="Only those with a round that asked for this package.")
@click.option("--label", default="", help="Only those that a person labelled so: accept, reject or flag.")
@click.option("--search", default="", help="Only those in which a message holds all these words.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="List so many.")
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Leave out so many first.")
@AS_JSON
def inspect(
    db: Path,
    conversation: str | None,
    status: str | None,
    verdict: str,
    run_id: str,
    min_rounds: int,
    max_rounds: int,
    language: str,
    model: str,
    stage: str,
    split: str,
    error_class: str,
    package: str,
    label: str,
    search: str,
    limit: int,
    offset: int,
    as_json: bool,
) -> None:
    """List the conversations of DB, or show the one whose id begins with CONVERSATION."""
    from dataclasses import asdict

    from aiev.store.packages import package_names
    from aiev.store.reading.conversations import ConversationReader
    from aiev.store.reading.listing import Filters
    from aiev.view.documents import conversation_document
    from aiev.view.terminal.conversations import conversation_list, conversation_view

    with ConversationReader.open(db) as reader:
        reader.db.refuse_older()
        if conversation:
            found = reader.conversation(conversation)
            show(
                as_json,
                lambda: conversation_document(found, reader),
                lambda: conversation_view(found, reader),
            )
            return
        wanted = Filters(
            status=status or "",
            verdict=verdict,
            run=run_id,
            min_rounds=min_rounds,
            max_rounds=max_rounds,
            language=language,
            model=model,
            stage=stage,
            split=split,
            error_class=error_class,
            package="".join(package_names([package])),
            label=label,
            text=search,
            limit=limit,
            offset=offset,
        )
        rows = reader.conversations(wanted)
        show(as_json, lambda: [asdict(row) for row in rows], lambda: conversation_list(rows))
