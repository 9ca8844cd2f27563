"""Takes a model's thoughts out of what it wrote, and what its chat template left behind.

Invariant: marks inside of code are text. A closing mark without an opening one ends thoughts that a template opened in
the prompt; an opening mark without a closing one begins thoughts that were cut. Not covered: thoughts without any mark.

Source: chat templates of DeepSeek-R1, Qwen3, QwQ, Magistral, Kimi, Seed-OSS, OpenThinker and gpt-oss (harmony).
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from aiev_agents.fences import fenced_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAGS = r"think|thinking|thought|thoughts|reasoning|reflection|scratchpad|seed:think"
_OPENING = re.compile(
    rf"^[ \t]*(?:<(?P<tag>{_TAGS})(?:\s[^<>\n]*)?>|(?P<kimi>◁think▷)|(?P<mistral>\[THINK\])"
    r"|(?P<open><\|begin_of_thought\|>)|(?P<gpt>(?:<\|start\|>assistant)?<\|channel\|>analysis<\|message\|>))",
    re.MULTILINE | re.IGNORECASE,
)
_CLOSINGS = {
    "kimi": re.escape("◁/think▷"),
    "mistral": re.escape("[/THINK]"),
    "open": re.escape("<|end_of_thought|>"),
    "gpt": r"<\|end\|>(?:<\|start\|>assistant)?(?:<\|channel\|>final<\|message\|>)?",
}
_ORPHAN = re.compile(
    rf"(?:</(?:{_TAGS})>|◁/think▷|\[/THINK\]|<\|end_of_thought\|>|<\|channel\|>final<\|message\|>)",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"\s*(?:<s>|<\|im_start\|>(?:assistant\s)?|<\|begin_of_solution\|>|<answer>)")
_END = re.compile(
    r"(?:<\|(?:im_end|endoftext|end|eot_id|eom_id|eot|return|end_of_text|end_of_turn|end_of_solution|user|observation)\|>"
    r"|</s>|<end_of_turn>|<eos>|<\uff5cend\u2581of\u2581sentence\uff5c>|</answer>)\Z",
    re.IGNORECASE,
)
_NEXT_TURN = re.compile(
    r"<\|im_end\|>\s*<\|im_start\|>|<\|eot_id\|><\|start_header_id\|>|<end_of_turn>\s*<start_of_turn>"
)
"""A model that goes on with a turn that is not its own."""
_QUOTES = {("`", "`"), ("'", "'"), ('"', '"')}
_MOST_MARKS = 8


class Said(NamedTuple):
    """What a model wrote, taken apart."""

    thoughts: str
    answer: str


def separated(text: str) -> Said:
    r"""Thoughts and answer of a text, the answer without special tokens around it; its lines end with "\n"."""
    rest = text.replace("\r\n", "\n")
    thoughts: list[str] = []
    answer: list[str] = []
    for _ in range(_MOST_MARKS):
        orphan, opening = _outside(_ORPHAN, rest), _outside(_OPENING, rest)
        if orphan and (opening is None or orphan.start() < opening.start()):
            thoughts += [*answer, rest[: orphan.start()]]
            answer, rest = [], rest[orphan.end() :]
        elif opening:
            answer.append(rest[: opening.start()])
            inside, rest = _closed(rest[opening.end() :], opening)
            thoughts.append(inside)
        else:
            break
    kept = _without_tokens("".join([*answer, rest]))
    return Said("\n\n".join(filter(None, (one.strip() for one in thoughts))), kept)


def _without_tokens(text: str) -> str:
    """A text without the special tokens around it, and without a turn that follows."""
    following = _outside(_NEXT_TURN, text)
    text = text[: following.start()] if following else text
    if begins := _BEGINS.match(text):
        text = text[begins.end() :]
    while end := _END.search(text.rstrip()[-40:]):
        text = text.rstrip()[: -len(end[0])]
    return text


def _closed(rest: str, opening: re.Match[str]) -> tuple[str, str]:
    """What stands before the mark that closes thoughts, and what stands behind it."""
    kind = opening.lastgroup or "tag"
    closing = _CLOSINGS.get(kind) or f"</{re.escape(opening['tag'])}>"
    found = next(_unquoted(re.compile(closing, re.IGNORECASE), rest), None)
    return (rest[: found.start()], rest[found.end() :]) if found else (rest, "")


def _outside(mark: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The first mark that is not code; one alone on its line also ends a block that thoughts left open."""
    found = list(islice(_unquoted(mark, text), _MOST_MARKS))
    if not found or ("```" not in text[: found[0].start()] and "~~~" not in text[: found[0].start()]):
        return found[0] if found else None
    blocks = fenced_blocks(text)
    for one in found:
        block = next((block for block in blocks if block.start <= one.start() < block.end), None)
        if block is None or _behind_fence(text, one) or _left_open(text, one, block.start):
            return one
    return None


def _unquoted(mark: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Marks that are not spoken of: `</think>` between two backticks or quotes is."""
    for found in mark.finditer(text):
        around = text[max(0, found.start() - 1) : found.start()], text[found.end() : found.end() + 1]
        if around not in _QUOTES:
            yield found


def _behind_fence(text: str, mark: re.Match[str]) -> bool:
    """Whether a mark is glued to the fence that closes a block."""
    return bool(re.fullmatch(r"[ \t]*(?:`{3,}|~{3,})", text[text.rfind("\n", 0, mark.start()) + 1 : mark.start()]))


def _left_open(text: str, mark: re.Match[str], start: int) -> bool:
    """Whether a closing mark stands alone on its line in a block in which a further block begins."""
    alone = text[: mark.start()].endswith("\n") and re.match(r"[ \t]*(?:\n|\Z)", text[mark.end() :])
    begun = _OPENING.search(text[start : mark.start()])
    fence = re.search(r"^[ \t]*(?:```|~~~)(\w?)", text[mark.end() :], re.MULTILINE)
    return bool(mark.re is _ORPHAN and alone and not begun and (fence is None or fence[1]))
