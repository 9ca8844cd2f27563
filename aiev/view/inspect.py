"""Conversations on a terminal and as JSON.

Returns renderables and plain data; `aiev.cli` prints them. Invariant: nothing a model or a program wrote is
interpreted: no markup, no escape sequence, no endless line.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from aiev.store.writing.error_class import error_class
from aiev.view.changes import changes
from aiev.view.fenced import blocks
from aiev.view.safe import safe
from aiev_agents.languages import canonical_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from aiev.store.reading.reader import ListedConversation, Reader
    from aiev.store.records import ConversationRecord, ExecutionRecord, MessageRecord

_STATUS = {"accepted": "green", "discarded": "yellow", "failed": "red", "running": "cyan"}
_ROLE = {"user": "cyan", "assistant": "magenta", "interpreter": "blue", "system": "white"}


def list_table(rows: Sequence[ListedConversation]) -> RenderableType:
    """A table of conversations, or a line that says that there are none."""
    if not rows:
        return Text("no conversations pass these filters")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("id", "status", "rounds", "verdicts", "errors", "seed", "model"):
        wraps = name not in {"id", "status", "rounds"}
        width = {"id": 16, "status": 9, "verdicts": 9, "errors": 10}.get(name)
        table.add_column(name, no_wrap=not wraps, min_width=width, justify="right" if name == "rounds" else "left")
    for row in rows:
        status = Text(row.status, _STATUS[row.status])
        cells = (
            Text(row.id),
            status,
            Text(str(row.rounds)),
            Text(_runs(row.verdicts)),
            Text(" ".join(name for name in dict.fromkeys(row.error_classes.split(", ")) if name not in row.verdicts)),
            Text(safe(row.seed).split("\n")[0][:40]),
        )
        table.add_row(*cells, Text(safe(row.model)[:30]))
    return table


def _runs(verdicts: str) -> str:
    """`error error ok` as `error×2 ok`."""
    parts: list[tuple[str, int]] = []
    for verdict in verdicts.split():
        count = parts.pop()[1] + 1 if parts and parts[-1][0] == verdict else 1
        parts.append((verdict, count))
    return " ".join(verdict if count == 1 else f"{verdict}×{count}" for verdict, count in parts)


def conversation_view(conversation: ConversationRecord, reader: Reader) -> RenderableType:
    """One conversation: where it comes from, who said what, what ran, and how each repair differs."""
    executions = {execution.round: execution for execution in reader.executions(conversation.id)}
    return Group(_header(conversation, reader), *_messages(conversation.messages, executions))


def _header(conversation: ConversationRecord, reader: Reader) -> RenderableType:
    seed, run = reader.seed(conversation.seed_id), reader.run(conversation.run_id)
    table = Table.grid(padding=(0, 2))
    status = Text(conversation.status, _STATUS[conversation.status])
    if conversation.reason:
        status.append(f" ({safe(conversation.reason)})", style="default")
    tokens = f"{conversation.prompt_tokens} in, {conversation.completion_tokens} out, {conversation.seconds:.1f} s"
    for name, value in (
        ("conversation", Text(conversation.id)),
        ("status", status),
        ("rounds", Text(str(conversation.rounds))),
        (
            "seed",
            Text(safe(f"{seed.name or seed.kind} from {seed.source}, licence {seed.licence or 'unknown'}")),
        ),
        ("model", Text(safe(f"{run.model} ({run.backend}), run {run.id}"))),
        ("sandbox", Text(safe(f"{run.interpreter}, {run.image}"))),
        ("tokens", Text(tokens)),
    ):
        table.add_row(Text(name, "bold"), value)
    return table


def _messages(messages: Sequence[MessageRecord], executions: dict[int, ExecutionRecord]) -> Iterator[RenderableType]:
    for message in messages:
        execution = executions.get(message.round)
        yield _panel(message, execution if message.role == "interpreter" else None)
        previous = executions.get(message.round - 1)
        if message.role == "assistant" and execution and previous and previous.program:
            yield from _diff(previous, execution)


def _panel(message: MessageRecord, execution: ExecutionRecord | None) -> RenderableType:
    """One message, with its role, its author and whether it is trained on."""
    title = f"{message.role} · {message.agent}" if message.agent else message.role
    if execution:
        name = error_class(execution.verdict, execution.stderr, execution.exit_code)
        title += f" · round {execution.round} · {execution.verdict}"
        if name not in {"", execution.verdict}:
            title += f" · {name}"
        if execution.assertions:
            title += f" · {execution.assertions} assertions held"
    if message.train:
        title += " · train"
    colour = _ROLE[message.role]
    if execution:
        colour = "green" if execution.verdict == "ok" else "red"
    body = Group(*_parts(safe(message.content)), *(_stderr(execution, message.content) if execution else ()))
    return Panel(body, title=Text(title, "bold"), title_align="left", border_style=colour)


def _stderr(execution: ExecutionRecord, shown: str) -> Iterator[RenderableType]:
    """The standard error of a round, where the message shows only a part of it."""
    text = execution.stderr.strip()
    if text and text not in shown:
        yield Text("stderr" + (", whose middle was cut" if execution.stderr_truncated else ""), "bold")
        yield Text(safe(text))


def _parts(text: str) -> Iterator[RenderableType]:
    """Prose as plain text and fenced code with syntax colours; time grows with the length of the text only."""
    for language, lines in blocks(text):
        block = "\n".join(lines)
        if language is not None:
            lexer = canonical_name(language) or ("json" if language == "json" else "text")
            yield Syntax(block, lexer, background_color="default", word_wrap=True)
        elif prose := block.strip():
            yield Text(prose)


def _diff(before: ExecutionRecord, after: ExecutionRecord) -> Iterator[RenderableType]:
    """What a repair changed, in the solution and in the tests."""
    lines = [
        *changes("solution", before.program, after.program),
        *changes("tests", before.tests, after.tests),
    ]
    text = safe("\n".join(lines)) if lines else "the repair changed nothing"
    title = Text(f"changes from round {before.round} to {after.round}", "dim")
    body = Syntax(text, "diff", background_color="default", word_wrap=True) if lines else Text(text)
    yield Panel(body, title=title, title_align="left", border_style="dim")


def list_json(rows: Sequence[ListedConversation]) -> list[dict[str, Any]]:
    """The list as plain data."""
    return [asdict(row) for row in rows]


def conversation_json(conversation: ConversationRecord, reader: Reader) -> dict[str, Any]:
    """A conversation with its seed, run, messages and executions as plain data."""
    return asdict(conversation) | {
        "seed": asdict(reader.seed(conversation.seed_id)),
        "run": asdict(reader.run(conversation.run_id)),
        "executions": [asdict(execution) for execution in reader.executions(conversation.id)],
    }
