"""Renders every row with a tokenizer's chat template, proves its loss mask, and counts its tokens.

Invariant: the check is of the row that is written, not of its sample; only the interpreter's output is taken from the
sample, so that a row with output in the loss is found.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from aiev.dataset.masking import MaskError, mask, prove

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.dataset.formats.shape import Row
    from aiev.dataset.sample import Sample

_ROLES = {"human": "user", "gpt": "assistant"}


@dataclass(slots=True)
class TokenCounts:
    """Tokens of the rows of one file."""

    rows: int = 0
    tokens: int = 0
    trained: int = 0
    longest: int = 0

    @property
    def masked(self) -> int:
        """Tokens outside the loss."""
        return self.tokens - self.trained

    def as_dict(self) -> dict[str, int]:
        """The counts as plain data."""
        return asdict(self) | {"masked": self.masked}


@dataclass(slots=True)
class Check:
    """Checks rows with one tokenizer."""

    name: str
    tokenizer: Any
    counts: dict[str, TokenCounts] = field(default_factory=dict)

    def row(self, file: str, row: Row, sample: Sample) -> None:
        """Check a row and count it for its file.

        Raises:
            MaskError: the mask would be wrong; the message names file and dialogue.
        """
        printed = {turn.content for turn in sample.turns if turn.output}
        for messages, train in _conversations(row):
            output = [any(text in message["content"] for text in printed) for message in messages]
            try:
                masked = mask(self.tokenizer, messages, train)
                prove(masked, messages, train, output)
            except MaskError as error:
                raise MaskError(f"{file}, dialogue {sample.id}: {error}; nothing was written") from None
            counts = self.counts.setdefault(file, TokenCounts())
            counts.rows += 1
            counts.tokens += len(masked.input_ids)
            counts.trained += sum(masked.mask)
            counts.longest = max(counts.longest, len(masked.input_ids))

    def split_tokens(self, special_tokens: Sequence[str]) -> list[str]:
        """Special tokens that the tokenizer does not have as one token."""
        return [text for text in special_tokens if len(self.tokenizer.encode(text, add_special_tokens=False)) != 1]


def _conversations(row: Row) -> list[tuple[list[dict[str, str]], list[bool]]]:
    """The conversations of a row of any shape, each with a flag for each message: whether the loss covers it."""
    if answers := [row[name] for name in ("chosen", "rejected", "completion") if name in row]:
        return [_completed(row["prompt"], answer) for answer in answers]
    messages = row.get("messages") or row["conversations"]
    train = [bool(message.get("train", message.get("weight", 0))) for message in messages]
    return [([_message(message) for message in messages], train)]


def _completed(prompt: list[Row], answer: list[Row] | Row) -> tuple[list[dict[str, str]], list[bool]]:
    said = [_message(message) for message in (*prompt, *([answer] if isinstance(answer, dict) else answer))]
    return said, [False] * len(prompt) + [True] * (len(said) - len(prompt))


def _message(message: Row) -> dict[str, str]:
    role = message.get("role") or message["from"]
    content = message["content"] if "content" in message else message["value"]
    return {"role": _ROLES.get(role, role), "content": content}
