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
_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|\(?\d+[.)])[ \t]+(?P<text>.*\S)", re.MULTILINE)
"""A line of a list, with a bullet or a number."""
_LABEL = re.compile(r"^\W*(?:[a-z]+[ \t]+){0,5}concepts?\b[^:\n]*:", re.IGNORECASE | re.MULTILINE)
_BETWEEN = re.compile(r"[,;\n](?![^()\n]*\))")
"""What divides concepts, unless it stands in brackets."""
_EXPLAINED = re.compile(r"\s+[-–—]\s+|:(?=[\s*]|$)")
"""What stands between a concept and its explanation."""
_AND = re.compile(r"^and\s+", re.IGNORECASE)
_AROUND = " \t\"'`*_.[]{}“”"
_PROPERTIES = "concepts?|category|difficulty|language|title"
_ANSWERS = "response|(?:example )?solution|answer|explanation|hints?|(?:unit )?tests|snippet"
_NEXT_SECTION = re.compile(
    rf"^[ \t]*[#*]*[ \t]*(?:{_PROPERTIES}|{_ANSWERS})\b\**(?:[ \t]*:.*)?$",
    re.IGNORECASE | re.MULTILINE,
)
"""A line that begins something else than the instruction."""
_HEADING = re.compile(
    rf"\A\s*(?:#[^\n]*\n|[#* \t]*(?:{_PROPERTIES})\b\**:[^\n]*(?:\n|\Z)"
    r"|[#* \t]*(?:instruction|exercise|task|problem)\b[^\n:.]{0,20}:\**"
    r"|(?:sure|certainly|of course|here)\b[^\n]*:[ \t]*\n)",
    re.IGNORECASE,
)
_PAIRS = {'"': '"', "'": "'", "`": "`", "“": "”", "**": "**"}
_SENTENCE_BEGINS = re.compile(r"[A-Z][a-z]+ [a-z`]")
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
    items = [match["text"] for match in _ITEM.finditer(text)] or _BETWEEN.split(_first_paragraph(text))
    found: dict[str, str] = {}
    for item in items:
        concept = _AND.sub("", _EXPLAINED.split(item.strip(_AROUND))[0].strip(_AROUND))
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
    while heading := _HEADING.match(text):
        text = text[heading.end() :]
    following = _NEXT_SECTION.search(text)
    text = _unwrapped(text[: following.start()] if following else text)
    copies = {tuple(_WORDS.findall(copied.lower())) for copied in copied_from}
    return "" if tuple(_WORDS.findall(text.lower())) in {(), *copies} or _is_list(text) else text


def _first_paragraph(text: str) -> str:
    """The first paragraph that is no heading: one line that ends with a colon or begins with a hash."""
    paragraphs = (part.strip() for part in text.split("\n\n"))
    lines = ("\n".join(line for line in part.split("\n") if not _is_heading(line)) for part in paragraphs)
    return next((part for part in lines if part), "")


def _is_heading(line: str) -> bool:
    return line.rstrip().endswith(":") or line.startswith("#")


def _unwrapped(text: str) -> str:
    """A text without the quotation marks or the fence around all of it; empty when it is code alone."""
    text = text.strip()
    for opening, closing in _PAIRS.items():
        inner = text[len(opening) : -len(closing)]
        if text == f"{opening}{inner}{closing}" and inner and not {opening, closing} & set(inner):
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
    phrases = [len(_WORDS.findall(phrase)) for phrase in _BETWEEN.split(text)]
    return max(phrases) <= _MOST_PHRASE_WORDS and text[-1] not in ".?!:"
