"""Finds fenced blocks in what a model, a user or a benchmark wrote.

CommonMark decides what a block is, by markdown-it-py. Beyond it, what models really write is understood: a fence glued
to the text before it, an outer `markdown` fence of the same length, a fence deeper than its list, a closing fence that
is missing before the next block or glued to the last line, and fences inside a docstring. Invariants: blocks come in
their order and do not overlap; a block whose language is known ends where its source is whole, if there is such a
place, else where CommonMark says. Not covered: which block is program and which is tests (`roles/reply.py`).

Source: https://spec.commonmark.org/0.31.2/#fenced-code-blocks
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from markdown_it import MarkdownIt

from aiev_agents.languages import canonical_name
from aiev_agents.languages.whole import is_whole
from aiev_agents.lines import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

_MARKDOWN = MarkdownIt("zero").enable(["fence", "code", "blockquote", "list", "hr"])
_MARKDOWN.core.ruler.enableOnly(["block"])
_WORD = re.compile(r"[\w+#.-]+")
_PREFIX = re.compile(r"^(?:language|lang)[-=:]")
_VERSION = re.compile(r"[\d.]+$")
_BARE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*")
_OPENING = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([^\s`][^`]*)")
_DEEP = re.compile(r"([ ]{4,}[ \t]*|[ ]{0,3}\t[ \t]*)(?:`{3,}|~{3,})[^`]*")
_GLUED = re.compile(r"((?:[^`]|(?<!`)`[^`]+`)*(?::[ \t]*|[^`\s][ \t]*(?=`+[\w+#])))(`{3,}[\w+#.-]*[ \t]*)")
_GLUED_END = re.compile(r"(.*[^`\s])(`{3,})[ \t]*")
_CODE = re.compile(
    r"[\w+#.-]+[ \t]+((?:(?:def|class|import|from|async|assert|function|const|let|package|use|fn|pub|public|func)\s"
    r"|[@#]\w).*)"
)
"""Source that begins on the line of its fence, behind the language's word."""
_OUTER = frozenset({"markdown", "md"})
_MOST_ENDS = 8
"""Places that are tried as the end of a block whose source is not whole."""
_MOST_LINES = 1000
"""Lines that are looked at for it."""
_PROSE_LINES = 2
"""Lines of prose that may stand between a block without an end and the next."""
_MOST_MENDED = 24
"""Repairs of a text; what is left after them is read as CommonMark has it."""


class Block(NamedTuple):
    """One fenced block."""

    info: str
    """The words after the fence."""
    language: str
    """The first of them in lower case, or the name of the language that it stands for; empty without one."""
    body: str
    """The text inside, without the indentation or marks of what the block stands in."""
    above: str
    """The last line of prose above it, since the block before."""
    start: int
    """Offset of its first line in the text."""
    end: int
    """Offset behind its last line, without the line's end."""
    closed: bool
    """False where the text ends inside of it."""

    @property
    def rendered(self) -> str:
        """The block alone, by a fence that nothing inside of it closes."""
        return fenced(self.body, self.info)


class _Line(NamedTuple):
    text: str
    start: int
    end: int


class _Found(NamedTuple):
    info: str
    body: str
    start: int
    end: int
    closed: bool


def fenced(body: str, info: str) -> str:
    """A block by a fence that nothing inside of it closes."""
    fence = "`" * (1 + max([2, *(len(run) for run in re.findall(r"`{3,}", body))]))
    return f"{fence}{info}\n{body}\n{fence}"


def fenced_blocks(text: str) -> tuple[Block, ...]:
    """All fenced blocks of a text, in order."""
    return _blocks(text) if "```" in text or "~~~" in text else ()


@lru_cache(maxsize=16)
def _blocks(text: str) -> tuple[Block, ...]:
    """Kept for a few texts, since a reply is read for its program, its prose, its tests, and to be shown."""
    lines = _lines(text)
    blocks: list[Block] = []
    end = 0
    for found in _read(lines):
        above = text[end : found.start].strip().rpartition("\n")[2]
        code = _CODE.fullmatch(found.info.strip())
        info = found.info.split()[0] if code else found.info.strip()
        body = f"{code[1]}\n{found.body}" if code else found.body
        blocks.append(Block(info, language_of(info), body.rstrip(), above, found.start, found.end, found.closed))
        end = found.end
    return tuple(blocks)


def language_of(info: str) -> str:
    """What the words after a fence say of its language: a name of `LANGUAGES` where they mean one of those."""
    match = _WORD.search(_PREFIX.sub("", info.strip().lower().lstrip("{. ")))
    word = match[0] if match else ""
    tries = (word, word.rpartition(".")[2], _VERSION.sub("", word))
    return next((name for one in tries if (name := canonical_name(one))), word)


def _lines(text: str) -> list[_Line]:
    lines, start = [], 0
    for line in lines_of(text):
        bare = line.rstrip("\r\n")
        lines.append(_Line(bare, start, start + len(bare)))
        start += len(line)
    return lines


def _read(lines: list[_Line]) -> list[_Found]:
    """The blocks of some lines, which are mended in place."""
    found: list[_Found] = []
    at, mended, owed = 0, 0, False
    while at < len(lines):
        at, unwrapped = _read_on(lines, at, found, mend=mended < _MOST_MENDED)
        mended, owed = mended + 1, owed or unwrapped
    if owed and found and not found[-1].closed and not found[-1].info.strip():
        found.pop()  # the end of an outer fence, not the beginning of a block
    return found


def _read_on(lines: list[_Line], at: int, found: list[_Found], *, mend: bool) -> tuple[int, bool]:
    """Add blocks up to the first place that reads otherwise than CommonMark has it.

    Returns:
        The line to read on from, and whether an outer fence was taken off there.
    """
    prose = at
    for token in _MARKDOWN.parse("\n".join([line.text for line in lines[at:]]) + "\n"):
        if token.type != "fence" or not token.map:
            continue
        first, after = at + token.map[0], at + token.map[1]
        if mend and (stray := _stray(lines, prose, first)) >= 0:
            return stray, False
        marked = token.map[1] - token.map[0] == token.content.count("\n") + 2
        outer = language_of(token.info) in _OUTER
        if outer and mend and _wraps_its_like(token):
            return first + 1, True
        if outer:
            found += _read(lines[first + 1 : after - marked])
        elif mend and len(found) < _MOST_MENDED and (ended := _ended(lines, token, first, after)) is not None:
            found.append(_block(lines, token.info, ended[0], first, ended[1]))
            return ended[1], False
        else:
            closed = marked or after < len(lines)
            found.append(_block(lines, token.info, token.content, first, after, closed=closed))
        prose = after
    stray = _stray(lines, prose, len(lines)) if mend else -1
    return (stray, False) if stray >= 0 else (len(lines), False)


def _block(lines: list[_Line], info: str, body: str, first: int, after: int, *, closed: bool = True) -> _Found:
    return _Found(info, body, lines[first].start, lines[after - 1].end, closed)


def _stray(lines: list[_Line], start: int, stop: int) -> int:
    """The first line of prose that holds a fence after all, mended; -1 without one."""
    for at in range(start, stop):
        text, begin, end = lines[at]
        if "```" not in text and "~~~" not in text:
            continue
        if glued := _GLUED.fullmatch(text):
            middle = begin + glued.end(1)
            lines[at : at + 1] = [_Line(glued[1], begin, middle), _Line(glued[2], middle, end)]
            return at
        if deep := _DEEP.fullmatch(text):
            _dedent(lines, at, len(deep[1]))
            return at
    return -1


def _dedent(lines: list[_Line], at: int, width: int) -> None:
    """Move a block that begins at a line to the left."""
    for number in range(at, len(lines)):
        lines[number] = lines[number]._replace(text=_less(lines[number].text, width))
        if number > at and _BARE.fullmatch(lines[number].text):
            return


def _less(text: str, width: int) -> str:
    """A line with so much less white space before it, where it has that."""
    return text[min(width, len(text) - len(text.lstrip(" \t"))) :]


def _wraps_its_like(token: Token) -> bool:
    """Whether blocks begin inside of a block whose first bare fence therefore ends one of them."""
    openings = filter(None, map(_OPENING.fullmatch, token.content.split("\n")))
    return any(len(opening[1]) >= len(token.markup) for opening in openings)


def _ended(lines: list[_Line], token: Token, first: int, after: int) -> tuple[str, int] | None:
    """Another end than CommonMark's for a block that is not whole: what is inside, and the line to read on from."""
    language = canonical_name(language_of(token.info))
    opening = lines[first].text
    if not (_OPENING.fullmatch(opening) or _BARE.fullmatch(opening)):  # in a quote, or behind the mark of a list
        return None
    if language and token.content.strip() and is_whole(token.content, language):
        return None
    width = len(opening) - len(opening.lstrip(" \t"))
    inside = _moved([line.text for line in lines[first + 1 : first + 1 + _MOST_LINES]], width)
    ends = list(islice(_ends(inside, token.markup), _MOST_ENDS))
    for last, rest, resume in ends if language else ():
        for body in _bodies([*inside[:last], *rest], prose=last == resume):
            if is_whole(body, str(language)):
                return body, first + 1 + resume
    begins = next((last for last, rest, resume in ends if last == resume), None)
    if begins is None or first + 1 + begins >= after:
        return None
    return "\n".join(inside[:begins]), first + 1 + begins


def _moved(lines: list[str], width: int) -> list[str]:
    """Lines of a block without its indentation, or as far to the left as the first of them reach."""
    end = next((number for number, line in enumerate(lines) if _BARE.fullmatch(line)), len(lines))
    indents = [len(line) - len(line.lstrip(" \t")) for line in lines[:end] if line.strip()]
    least = min([width, *indents])
    return [_less(line, least) for line in lines]


def _bodies(lines: list[str], *, prose: bool) -> Iterator[str]:
    """What a block may hold: its lines, and where the next one begins without a fence between, fewer of them."""
    for _ in range(1 + _PROSE_LINES * prose):
        while lines and not lines[-1].strip():
            lines.pop()
        if lines:
            yield "\n".join(lines)
            lines.pop()


def _ends(inside: list[str], fence: str) -> Iterator[tuple[int, list[str], int]]:
    """Where a block may end: lines that are whole in it, what else belongs to it, and the line to read on from."""
    for number, line in enumerate(inside):
        if bare := _BARE.fullmatch(line):
            if bare[1].startswith(fence):
                yield number, [], number + 1
        elif (opening := _OPENING.fullmatch(line)) and opening[1].startswith(fence):
            next_one = canonical_name(language_of(opening[2])) is not None
            yield number, [], number if next_one else number + 1
        elif (glued := _GLUED_END.fullmatch(line)) and glued[2].startswith(fence):
            yield number, [glued[1]], number + 1
