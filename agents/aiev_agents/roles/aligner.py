"""The aligner: turns a seed function into concepts, concepts into an instruction, and answers it, all as one model.

Each prompt shows examples of the pool, which the caller draws. Invariant: readers of replies raise nothing; a reply
without what was asked for reads as empty. A response is read by `roles/reply.py`.

Source: SelfCodeAlign (arXiv 2410.24198, section 3); `inspire` is its ablation without concepts. The wording is our own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev_agents.fences import fenced_blocks
from aiev_agents.languages import PYTHON
from aiev_agents.roles.prompting import load_prompt
from aiev_agents.roles.reply import prose_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiev_agents.pool import Example
    from aiev_agents.roles.agent import Agent, Turn

MOST_CONCEPTS = 8
"""Of one reply; more are left out."""
MOST_CONCEPT_WORDS = 8
"""What has more is a sentence."""
_FENCE_LINE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*$", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|\(?\d+[.)])[ \t]+(?P<text>\S.*)", re.MULTILINE)
"""A line of a list, with a bullet or a number."""
_LABEL = re.compile(r"^[^:\n]{0,60}\bconcepts?\b[^:\n]{0,40}:", re.IGNORECASE | re.MULTILINE)
_PHRASE = re.compile(r"(?:\([^()\n]*\)|[^,;\n])+")
"""What stands between commas, semicolons and line ends outside of brackets."""
_EXPLAINED = re.compile(r" [-–—] |:(?=[ *]|$)")
"""What stands between a concept and its explanation."""
_AND = re.compile(r"^and\s+", re.IGNORECASE)
_AROUND = " \t\"'`*_.[]{}“”"
_PROPERTIES = "concepts?|category|difficulty|language|title"
_ANSWERS = "response|(?:example )?solution|answer|explanation|hints?|(?:unit )?tests|snippet"
_NEXT_SECTION = re.compile(
    rf"^[#* \t]*(?:{_PROPERTIES}|{_ANSWERS})\b\**(?:[ \t]*:.*)?$|^[-*=]{{3,}}$",
    re.IGNORECASE | re.MULTILINE,
)
"""A line that begins something else than the instruction."""
_HEADING = re.compile(
    rf"(?:#[^\n]*\n|[-*=]{{3,}}\n|[#* \t]*(?:{_PROPERTIES})\b\**:[^\n]*(?:\n|\Z)"
    r"|[#* \t]*(?:instruction|exercise|task|problem)\b[^\n:.]{0,20}(?::\**|\n)"
    r"|(?:sure|certainly|of course|here)\b[^\n]*:[ \t]*\n)",
    re.IGNORECASE,
)
_DEFINES = re.compile(
    r"^[ \t]*(?:\w+[ \t]+)*(?:(?:def|class|function|fn|func|struct)\b|\w+\([^\n]*\)[ \t]*\{)", re.MULTILINE
)
_GIVES = re.compile(r"\b(?:return|yield|echo|print\w*)\b")
"""What a whole definition has, and a mere signature has not."""
_ANNOUNCEMENT = re.compile(r"^[^\n]*:\s*\Z", re.MULTILINE)
_MARK = re.compile(r"^(?:[-+>]|#+|\d+[.)])[ \t]+", re.MULTILINE)
_PAIRS = {'"': '"', "'": "'", "`": "`", "“": "”", "**": "**"}
_SENTENCE_BEGINS = re.compile(r"[A-Z][a-z]+ [a-z`]")
_SENTENCE_ENDS = re.compile(r"[.?!:](?:\s|$)")
_WORDS = re.compile(r"\w+")
_MOST_PHRASE_WORDS = 5


async def concepts(agent: Agent, *, snippet: str, shots: Sequence[Example], seed: int, language: str = PYTHON) -> Turn:
    """Name the concepts of a seed function; `concepts_of` reads the reply."""
    return await agent.say(load_prompt("aligner/concepts", language), seed=seed, shots=shots, snippet=snippet)


async def instruct(
    agent: Agent,
    *,
    concepts: Sequence[str],
    category: str,
    difficulty: str,
    shots: Sequence[Example],
    seed: int,
    language: str = PYTHON,
) -> Turn:
    """Write an instruction that needs the concepts, of a category and difficulty; `instruction_of` reads the reply."""
    return await agent.say(
        load_prompt("aligner/instruct", language),
        seed=seed,
        shots=shots,
        concepts=concepts,
        category=category,
        difficulty=difficulty,
    )


async def inspire(
    agent: Agent,
    *,
    snippet: str,
    category: str,
    difficulty: str,
    shots: Sequence[Example],
    seed: int,
    language: str = PYTHON,
) -> Turn:
    """Write an instruction from the snippet itself, without concepts; `instruction_of` reads the reply."""
    return await agent.say(
        load_prompt("aligner/inspire", language),
        seed=seed,
        shots=shots,
        snippet=snippet,
        category=category,
        difficulty=difficulty,
    )


async def respond(
    agent: Agent, *, instruction: str, shots: Sequence[Example], seed: int, language: str = PYTHON
) -> Turn:
    """Answer an instruction with a program and tests; `parse_reply` takes the reply apart."""
    return await agent.say(load_prompt("aligner/respond", language), seed=seed, shots=shots, instruction=instruction)


def concepts_of(text: str) -> tuple[str, ...]:
    """The concepts that a reply lists, by commas or line by line, at most `MOST_CONCEPTS`.

    A list with bullets or numbers is read alone; otherwise the first paragraph after a heading is. Sentences, which are
    more than `MOST_CONCEPT_WORDS` words, and repetitions in whatever case are left out.
    """
    text = _LABEL.sub("", _FENCE_LINE.sub("", text)).strip()
    items = [match["text"] for match in _ITEM.finditer(text)] or _PHRASE.findall(_first_paragraph(text))
    found: dict[str, str] = {}
    for item in items:
        phrase = " ".join(item.split()).strip(_AROUND)
        concept = _AND.sub("", _EXPLAINED.split(phrase, maxsplit=1)[0].strip(_AROUND))
        if 0 < len(_WORDS.findall(concept)) <= MOST_CONCEPT_WORDS:
            found.setdefault(concept.lower(), concept)
    return tuple(found.values())[:MOST_CONCEPTS]


def instruction_of(text: str, copied_from: Iterable[str] = ()) -> str:
    """The instruction of a reply, without headings, quotation marks, and what follows under another heading.

    Args:
        text: the reply.
        copied_from: texts that the prompt showed, such as the instructions of its shots and the seed.

    Returns:
        Empty when what is left is one of these texts, a list of phrases, or code alone.
    """
    text = text.strip()
    while heading := _HEADING.match(text):
        text = text[heading.end() :].strip()
    following = _NEXT_SECTION.search(text)
    text = _unwrapped(_before_solution(text[: following.start()] if following else text))
    copies = {tuple(_WORDS.findall(copied.lower())) for copied in copied_from}
    return "" if tuple(_WORDS.findall(text.lower())) in {(), *copies} or _is_list(text) else text


def _first_paragraph(text: str) -> str:
    """The first paragraph below a heading; all of them together where each is a phrase."""
    paragraphs = ["\n".join(line for line in part.split("\n") if not _is_heading(line)) for part in text.split("\n\n")]
    paragraphs = [part for part in paragraphs if part.strip()] or [""]
    phrases = all(len(_PHRASE.findall(part)) == 1 for part in paragraphs)
    return "\n".join(paragraphs) if phrases else paragraphs[0]


def _is_heading(line: str) -> bool:
    """Whether a line begins with a hash or ends with a colon."""
    return line.rstrip().endswith(":") or line.startswith("#")


def _before_solution(text: str) -> str:
    """A text up to the first block that defines something whole, and without the line that announces it."""
    blocks = [block for block in fenced_blocks(text) if _DEFINES.search(block.body) and _GIVES.search(block.body)]
    return _ANNOUNCEMENT.sub("", text[: blocks[0].start]) if blocks else text


def _unwrapped(text: str) -> str:
    """A text without what marks all of it: quotation marks, a bullet, a fence. Empty when it is code alone."""
    text = text.strip()
    text = text if len(_MARK.findall(text)) > 1 else _MARK.sub("", text)
    for opening, closing in _PAIRS.items():
        inner = text[len(opening) : -len(closing)]
        if text == f"{opening}{inner}{closing}" and inner and opening not in inner and closing not in inner:
            text = inner.strip()
    if prose_of(text):
        return text
    body = next((block.body for block in fenced_blocks(text)), "").strip()
    return body if _SENTENCE_BEGINS.match(body) else ""


def _is_list(text: str) -> bool:
    """Whether a text is made of short phrases alone, and not of sentences."""
    items = [match["text"] for match in _ITEM.finditer(text)]
    if items:
        listed = len(items) == len([line for line in text.split("\n") if line.strip()])
        return listed and all(len(_WORDS.findall(item)) <= MOST_CONCEPT_WORDS for item in items)
    phrases = [len(_WORDS.findall(phrase)) for phrase in _PHRASE.findall(text)]
    return max(phrases) <= _MOST_PHRASE_WORDS and not _SENTENCE_ENDS.search(text)
