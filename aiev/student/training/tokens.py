"""Dialogues to token ids and labels, and preferences to rows for TRL's trainers.

Invariants: a label is -100 unless its token belongs to a turn whose `train` is true; which tokens those are is decided
by position in the rendered text, never by id, so a model whose padding token also ends every turn still learns to stop.
Nothing is truncated: a dialogue or pair that is too long is left out and counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiev.dataset.masking import mask
from aiev.errors import UsageError
from aiev.tables.read import read_rows

if TYPE_CHECKING:
    from pathlib import Path

_OF_PREFERENCE = ("prompt", "chosen", "rejected", "completion", "label")


@dataclass(slots=True)
class Tokenised:
    """The rows of one file, and their counts of tokens."""

    unit: str = "dialogues"
    """What the rows are."""
    rows: list[dict[str, Any]] = field(default_factory=list)
    """Each with `input_ids` and `labels`; preferences with `prompt` and answers."""
    trained: int = 0
    masked: int = 0
    too_long: int = 0
    """Rows left out, because they have more tokens than one sequence holds."""
    longest: int = 0

    def as_dict(self) -> dict[str, int]:
        """The counts without the rows."""
        return {
            self.unit: len(self.rows),
            "trained_tokens": self.trained,
            "masked_tokens": self.masked,
            "too_long": self.too_long,
            "longest": self.longest,
        }


def tokenise(tokenizer: Any, path: Path, max_tokens: int) -> Tokenised:
    """Read dialogues and mask them.

    Args:
        tokenizer: a fast one with a chat template.
        path: JSON Lines with `messages`.
        max_tokens: longest sequence.

    Raises:
        MaskError: the chat template refuses a dialogue, or rewrites earlier turns.
        UsageError: a line holds no messages.
    """
    done = Tokenised()
    for row in read_rows(path):
        try:
            messages = row.fields["messages"]
            train = [bool(message["train"]) for message in messages]
            turns = [{"role": message["role"], "content": message["content"]} for message in messages]
        except (KeyError, TypeError) as error:
            raise UsageError(f"{row.where} holds no messages with role, content and train: {error!r}") from None
        _add(done, mask(tokenizer, turns, train), max_tokens)
    return done


def read_preferences(tokenizer: Any, path: Path, max_tokens: int) -> Tokenised:
    """Read rows of the formats `dpo` or `kto`; TRL's trainers tokenise them by the same chat template.

    Args:
        tokenizer: a fast one with a chat template.
        path: JSON Lines.
        max_tokens: longest prompt with an answer.

    Raises:
        MaskError: see `tokenise`.
        UsageError: a line holds no preference.
    """
    done = Tokenised()
    for row in read_rows(path):
        fields = {name: row.fields[name] for name in _OF_PREFERENCE if name in row.fields}
        answers = [fields[name] for name in ("chosen", "rejected", "completion") if name in fields]
        if not answers or "prompt" not in fields:
            raise UsageError(f"{row.where} holds no prompt with chosen and rejected, or with completion and label")
        done.unit = "answers" if "label" in fields else "pairs"
        asked = fields["prompt"]
        masked = [mask(tokenizer, [*asked, *one], [False] * len(asked) + [True] * len(one)) for one in answers]
        longest, trained = max(len(one.input_ids) for one in masked), sum(sum(one.mask) for one in masked)
        done.longest = max(done.longest, longest)
        if longest > max_tokens:
            done.too_long += 1
            continue
        done.rows.append(fields)
        done.trained += trained
        done.masked += sum(len(one.input_ids) for one in masked) - trained
    return done


def _add(done: Tokenised, masked: Any, max_tokens: int) -> None:
    length, trained = len(masked.input_ids), sum(masked.mask)
    done.longest = max(done.longest, length)
    if length > max_tokens:
        done.too_long += 1
    elif trained:
        done.rows.append({"input_ids": masked.input_ids, "labels": masked.labels})
        done.trained += trained
        done.masked += length - trained
