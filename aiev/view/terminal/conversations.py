"""Conversations on a terminal: a list of them, or one in full.

Invariant: nothing that a model or a program wrote is interpreted: no markup, no escape sequence, no endless line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from aiev.store.error_class import error_class
from aiev.store.reading.evidence import EvidenceReader
from aiev.store.reading.runs import RunReader
from aiev.view.amounts import tokens_thought
from aiev.view.changes import repair_changes
from aiev.view.fenced import blocks
from aiev.view.safe import safe
from aiev.view.terminal.evidence import COLOURS, evidence_panel
from aiev.view.terminal.tables import pairs
from aiev.view.verdicts import other_error_classes, verdict_runs
from aiev_agents.languages import canonical_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from aiev.store.reading.conversations import ConversationReader
    from aiev.store.reading.listing import ListedConversation
    from aiev.store.records import ConversationRecord, EvidenceRecord, ExecutionRecord, MessageRecord

_STATUS = {"accepted": "green", "discarded": "yellow", "failed": "red", "running": "cyan"}
_MARKS = {"verified": "✓", "unverified": "?", "contradicted": "✗"}
"""Of the evidence, beside the status."""
_THOUGHTS = 400
"""Characters of a model's thoughts that are shown; `--json` has all of them."""
_ROLE = {"user": "cyan", "assistant": "magenta", "interpreter": "blue", "system": "white"}
_LEAST_WIDTHS = {"id": 16, "status": 11, "rounds": None, "verdicts": 9, "errors": 10, "seed": None, "model": None}


def conversation_list(rows: Sequence[ListedConversation]) -> RenderableType:
    """A table of conversations, or a line that says that there are none; with a mark for the evidence of each."""
    if not rows:
        return Text("no conversations match these filters")
    table = Table(box=None, pad_edge=False, header_style="bold")
    if any(row.evidence in _MARKS for row in rows):
        table.caption = Text(", ".join(f"{mark} {status}" for status, mark in _MARKS.items()))
    for name, width in _LEAST_WIDTHS.items():
        short = name in {"id", "status", "rounds"}
        table.add_column(name, no_wrap=short, min_width=width, justify="right" if name == "rounds" else "left")
    for row in rows:
        verdicts = (name if count == 1 else f"{name}×{count}" for name, count in verdict_runs(row))
        table.add_row(
            Text(row.id),
            Text.assemble(
                (row.status, _STATUS[row.status]), " ", (_MARKS.get(row.evidence, ""), COLOURS[row.evidence])
            ),
            Text(str(row.rounds)),
            Text(" ".join(verdicts)),
            Text(" ".join(other_error_classes(row))),
            Text(safe(row.seed).split("\n")[0][:40]),
            Text(safe(row.model)[:30]),
        )
    return table


def conversation_view(conversation: ConversationRecord, reader: ConversationReader) -> RenderableType:
    """One conversation: its origin, its evidence, its messages, its executions, and the diff of each repair."""
    executions = {execution.round: execution for execution in reader.executions(conversation.id)}
    evidence = EvidenceReader(reader.db).evidence(conversation.id)
    return Group(
        _header(conversation, reader, evidence),
        *([evidence_panel(evidence)] if evidence else []),
        *_messages(conversation.messages, executions),
    )


def _header(conversation: ConversationRecord, reader: ConversationReader, evidence: EvidenceRecord | None) -> Table:
    seed, run = reader.seed(conversation.seed_id), RunReader(reader.db).run(conversation.run_id)
    status = Text(conversation.status, _STATUS[conversation.status])
    if conversation.reason:
        status.append(f" ({safe(conversation.reason)})", style="default")
    tokens = f"{conversation.prompt_tokens} in, {conversation.completion_tokens} out, {conversation.seconds:.1f} s"
    requests = reader.requests(conversation.id)
    written, thought = (
        sum(getattr(one, name) for one in requests) for name in ("completion_tokens", "reasoning_tokens")
    )
    thoughts = tokens_thought(written, thought)
    return pairs(
        [
            ("conversation", conversation.id),
            ("status", status),
            *([("evidence", Text(safe(evidence.sentence), COLOURS[evidence.status]))] if evidence else []),
            ("rounds", str(conversation.rounds)),
            ("seed", safe(f"{seed.name or seed.kind} from {seed.source}, licence {seed.licence or 'unknown'}")),
            ("model", safe(f"{run.model} ({run.backend}), run {run.id}")),
            ("sandbox", safe(f"{run.interpreter}, {run.image}")),
            ("tokens", tokens),
            *([("thoughts", thoughts)] if thoughts else []),
        ]
    )


def _messages(messages: Sequence[MessageRecord], executions: dict[int, ExecutionRecord]) -> Iterator[RenderableType]:
    for message in messages:
        execution = executions.get(message.round)
        yield _panel(message, execution if message.role == "interpreter" else None)
        previous = executions.get(message.round - 1)
        if message.role == "assistant" and execution and previous and previous.program:
            yield _diff(previous, execution)


def _panel(message: MessageRecord, execution: ExecutionRecord | None) -> RenderableType:
    """A message under its title; that of the interpreter has the colour of its verdict."""
    colour = _ROLE[message.role]
    body = [*_thoughts(message.reasoning), *_parts(safe(message.content))]
    if execution:
        colour = "green" if execution.verdict == "ok" else "red"
        body += _stderr(execution, message.content)
    title = Text(" · ".join(_title(message, execution)), "bold")
    return Panel(Group(*body), title=title, title_align="left", border_style=colour)


def _title(message: MessageRecord, execution: ExecutionRecord | None) -> Iterator[str]:
    """Role, author and result of a message, and whether it is trained on."""
    yield message.role
    if message.agent:
        yield message.agent
    if execution:
        yield from (f"round {execution.round}", execution.verdict)
        name = error_class(execution.verdict, execution.stderr, execution.exit_code)
        if name not in {"", execution.verdict}:
            yield name
        if execution.assertions:
            yield f"{execution.assertions} assertions held"
    if message.train:
        yield "train"


def _stderr(execution: ExecutionRecord, shown: str) -> Iterator[RenderableType]:
    """The standard error of a round, where the message shows only a part of it."""
    text = execution.stderr.strip()
    if text and text not in shown:
        yield Text("stderr" + (", whose middle was cut" if execution.stderr_truncated else ""), "bold")
        yield Text(safe(text))


def _thoughts(text: str) -> Iterator[RenderableType]:
    """The beginning of what a model thought before it said something."""
    if text:
        more = " …" if len(text) > _THOUGHTS else ""
        yield Text(f"thoughts ({len(text):,} characters): {safe(text[:_THOUGHTS])}{more}\n", "dim")


def _parts(text: str) -> Iterator[RenderableType]:
    """Prose as plain text and fenced code with syntax colours; the time grows with the length of the text only."""
    for language, block in blocks(text):
        if language is not None:
            lexer = canonical_name(language) or ("json" if language == "json" else "text")
            yield Syntax(block, lexer, background_color="default", word_wrap=True)
        elif prose := block.strip():
            yield Text(prose)


def _diff(before: ExecutionRecord, after: ExecutionRecord) -> RenderableType:
    """What a repair changed, in the solution and in the tests."""
    lines = repair_changes(before, after)
    text = safe("\n".join(lines))
    diff = Syntax(text, "diff", background_color="default", word_wrap=True)
    title = Text(f"changes from round {before.round} to {after.round}", "dim")
    return Panel(
        diff if lines else Text("the repair changed nothing"), title=title, title_align="left", border_style="dim"
    )
