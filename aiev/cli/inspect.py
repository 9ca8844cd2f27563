"""`aiev inspect`: the conversations of a database."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from aiev.cli.options import AS_JSON, AT_LEAST_0, AT_LEAST_1, DB
from aiev.cli.printing import show
from aiev.store.reading.standing import EVIDENCE, NO_EVIDENCE

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@DB
@click.argument("conversation", required=False)
@click.option("--status", type=click.Choice(["accepted", "discarded", "failed", "running"]), help="Only this status.")
@click.option("--evidence", type=click.Choice([*EVIDENCE, NO_EVIDENCE]), help="Only those whose evidence says this.")
@click.option("--verdict", help="Only those with a round of this verdict.")
@click.option("--run", help="Only runs whose id begins with this.")
@click.option("--min-rounds", type=AT_LEAST_0, help="Only those with this many rounds or more.")
@click.option("--max-rounds", type=AT_LEAST_0, help="Only those with this many rounds or fewer.")
@click.option("--language", help="Only those in this language.")
@click.option("--model", help="Only those by this model.")
@click.option("--stage", help="Only those of this stage (the run's recipe), such as teach.")
@click.option("--split", help="Only those in this split: train, test or held.")
@click.option("--error-class", help="Only those with a round that ended in this: KeyError, E0308, timeout.")
@click.option("--package", help="Only those with a round that asked for this package.")
@click.option("--label", help="Only those with this label: accept, reject or flag.")
@click.option("--search", "text", help="Only those with a message that contains all these words.")
@click.option("--limit", type=AT_LEAST_1, default=50, show_default=True, help="List at most this many.")
@click.option("--offset", type=AT_LEAST_0, help="Skip this many.")
@AS_JSON
def inspect(db: Path, conversation: str | None, as_json: bool, **filters: Any) -> None:
    """List the conversations of DB, or show one in full.

    CONVERSATION is the beginning of its id.
    """
    from aiev.store.packages import package_names
    from aiev.store.reading.conversations import ConversationReader
    from aiev.store.reading.listing import Filters
    from aiev.view.documents import conversation_document
    from aiev.view.terminal.conversations import conversation_list, conversation_view

    given = {name: value for name, value in filters.items() if value is not None}
    if "package" in given:
        given["package"] = "".join(package_names([given["package"]]))
    with ConversationReader.open(db) as reader:
        reader.db.refuse_older()
        if conversation:
            one = reader.conversation(conversation)
            show(as_json, lambda: conversation_document(one, reader), lambda: conversation_view(one, reader))
        else:
            rows = reader.conversations(Filters(**given))
            show(as_json, lambda: [asdict(row) for row in rows], lambda: conversation_list(rows))
