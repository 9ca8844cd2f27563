"""Which tokens of a row the loss covers, and the proof that they are the right ones.

The turns are rendered one after another with the tokenizer's own chat template: what an assistant's turn adds after its
generation prompt is its own text. That needs no `{% generation %}` marks, so it works with every template whose
rendering only grows; a template that rewrites earlier turns is refused.

Invariant: a token is in the loss only when all its characters belong to a turn that is.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiev.errors import AievError, UsageError
from aiev.extras import extra
from aiev_agents.lines import first_line_of

if TYPE_CHECKING:
    from collections.abc import Sequence

Message = dict[str, Any]
_GENERATION = re.compile(r"\{%-?\s*generation\s*-?%\}(?P<body>.*?)\{%-?\s*endgeneration\s*-?%\}", re.DOTALL)


class MaskError(AievError):
    """The loss mask of a row would be wrong."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A row as token ids, with one mask value for each."""

    input_ids: list[int]
    mask: list[int]
    """1 where the loss counts."""
    text: str
    offsets: list[tuple[int, int]]
    spans: list[tuple[int, int]]
    """Where in the text each turn is, with the words of its role."""

    @property
    def labels(self) -> list[int]:
        """Ids with -100 where the loss does not count, as trainers take them."""
        return [token if kept else -100 for token, kept in zip(self.input_ids, self.mask, strict=True)]

    def counted(self, start: int, end: int, *, kept: bool = True) -> list[int]:
        """Positions of the tokens between two places of the text that are in the loss, or that are not."""
        first = bisect_left(self.offsets, (start, start))
        last = bisect_left(self.offsets, (end, end))
        within = range(first, last)
        return [at for at in within if self.offsets[at][1] <= end and bool(self.mask[at]) == kept]


def load_tokenizer(name: str) -> Any:
    """A fast tokenizer with a chat template, from a folder or a hub.

    Raises:
        SetupError: transformers is not installed.
        UsageError: there is no such tokenizer, it is a slow one, or it has no chat template.
    """
    with extra("export", "a tokenizer"):
        from transformers import AutoTokenizer
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError, ImportError, KeyError) as error:
        first = first_line_of(str(error)) or type(error).__name__
        raise UsageError(f"cannot load tokenizer {name}: {first}; give a folder or a name on the hub") from None
    if not tokenizer.is_fast:
        raise UsageError(f"tokenizer {name} has no fast form, which gives the place of each token; choose another")
    if not tokenizer.chat_template:
        raise UsageError(f"tokenizer {name} has no chat template; choose one of an instruction-tuned model")
    return tokenizer


def mask(tokenizer: Any, messages: Sequence[Message], train: Sequence[bool]) -> Masked:
    """Render messages and say which tokens the loss covers.

    Args:
        tokenizer: a fast one with a chat template.
        messages: dictionaries with `role` and `content`.
        train: for each message whether the loss covers it; true only for the assistant's.

    Raises:
        MaskError: the template changes earlier turns when later ones come, or refuses the messages.
    """
    spans, trained = [], []
    text = ""
    for position in range(len(messages)):
        before, text = text, _rendered(tokenizer, messages[: position + 1])
        _must_extend(before, text, position)
        spans.append((len(before), len(text)))
        if train[position]:
            prompt = _rendered(tokenizer, messages[:position], prompt=True)
            _must_extend(prompt, text, position)
            trained.append((len(prompt), len(text)))
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    offsets = [tuple(pair) for pair in encoded["offset_mapping"]]
    kept = [int(_inside(start, end, trained)) for start, end in offsets]
    return Masked(list(encoded["input_ids"]), kept, text, offsets, spans)


def prove(masked: Masked, messages: Sequence[Message], train: Sequence[bool], output: Sequence[bool]) -> None:
    """Pass when the loss covers every word to be trained on, and nothing that the interpreter printed.

    Raises:
        MaskError: a turn is not in the text as it was written, the mask leaves out a turn that it should cover, or
            covers one that it should not.
    """
    for position, (message, wanted, printed) in enumerate(zip(messages, train, output, strict=True)):
        start, end = masked.spans[position]
        words = message["content"].strip()
        at = masked.text.find(words, start, end)
        if at < 0:
            raise MaskError(f"the chat template does not show turn {position} as it was written")
        kept, left = masked.counted(start, end), masked.counted(at, at + len(words), kept=False)
        if kept and printed:
            raise MaskError(f"the loss mask covers interpreter output in turn {position}")
        if kept and not wanted:
            raise MaskError(f"the loss mask covers turn {position}, which is not to be learnt")
        if wanted and (left or not kept):
            raise MaskError(f"the loss mask leaves out words of turn {position}")
    if not any(masked.mask):
        raise MaskError("the loss mask is empty")


def flagged_template(template: str) -> str:
    """A chat template with `{% generation %}` marks, changed to leave out messages whose `train` is false.

    TRL's `assistant_only_loss` then covers just what a `messages` file flags.

    Raises:
        UsageError: the template has no such marks.
    """
    if not _GENERATION.search(template):
        raise UsageError("the chat template has no {% generation %} marks; TRL's get_training_chat_template adds them")
    flagged = "{% if message['train'] is not defined or message['train'] %}%s{% else %}%s{% endif %}"
    return _GENERATION.sub(lambda match: flagged.replace("%s", match[0], 1).replace("%s", match["body"], 1), template)


def _rendered(tokenizer: Any, messages: Sequence[Message], *, prompt: bool = False) -> str:
    if not messages and not prompt:
        return ""
    try:
        return str(tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=prompt))
    except Exception as error:  # noqa: BLE001 - a template is a program of somebody else, and may raise whatever it likes
        raise MaskError(f"the chat template refuses the row: {error}") from None


def _must_extend(before: str, after: str, position: int) -> None:
    if not after.startswith(before):
        raise MaskError(f"the chat template rewrites what stands before turn {position}, so no mask can be trusted")


def _inside(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return end > start and any(low <= start and end <= high for low, high in spans)
