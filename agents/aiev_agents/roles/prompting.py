"""Loads and renders prompt templates.

A template is a file `prompts/<agent>/<purpose>.j2`. Lines that read `[[system]]`, `[[user]]` or `[[assistant]]` divide
it into turns. Those that read `[[user of each shot]]` or `[[assistant of each shot]]` begin turns that are repeated for
each of the value `shots`, as `shot`. `[[examples]]` stands for the few-shot turns of a language, from
`<purpose>.<language>.j2` or, made from the language's own example, from `<purpose>.example.j2`. `<< ... >>` is filled
in for a language when the template is loaded, `{{ ... }}` with the values of a dialogue when it is rendered.

Invariants: the text is divided *before* values are put in, so no value can forge a turn; a variable that is missing is
an error (StrictUndefined); each prompt's hash names the exact template text, as it is for its language.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined, Template, TemplateError, UndefinedError

from aiev_agents.errors import PromptError
from aiev_agents.languages import LANGUAGES, PYTHON, language_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PROMPTS_DIR = Path(__file__).parents[1] / "prompts"
DIALOGUE_AGENTS = ("questioner", "programmer")
"""Agents whose prompts shape a dialogue, and so name a run."""
EXAMPLES = "[[examples]]\n"
_OF_SHOT = " of each shot"
_TURN = re.compile(rf"^\[\[(system|(?:user|assistant)(?:{_OF_SHOT})?)\]\]\n", re.MULTILINE)
_ENVIRONMENT = Environment(
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,  # noqa: S701 - prompts are plain text for a model, not a page
)
_JINJA = re.compile(r"\{[{%#]")


def _quoted(value: object) -> object:
    """What a language puts into a template, so that `{{`, `{%` and `{#` in its code stay what they are."""
    return _JINJA.sub(lambda match: '{{ "' + match[0] + '" }}', value) if isinstance(value, str) else value


_OF_LANGUAGE = Environment(
    variable_start_string="<<",
    variable_end_string=">>",
    block_start_string="<%",
    block_end_string="%>",
    comment_start_string="<#",
    comment_end_string="#>",
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    finalize=_quoted,
    autoescape=False,  # noqa: S701
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A template for one language, divided into turns."""

    name: str
    hash: str
    turns: tuple[tuple[str, str], ...]
    """(role, text) as the template has them."""

    def render(self, **values: object) -> tuple[tuple[str, str], ...]:
        """Fill in the values and return (role, content) turns, empty ones left out.

        Raises:
            PromptError: a variable is missing or the template is malformed.
        """
        try:
            turns = [
                (role, text.render(shown).strip() if isinstance(text, Template) else text)
                for role, text, shown in _spelled_out(_compiled(self.turns), values)
            ]
        except TemplateError as error:
            raise PromptError(f"prompt {self.name}: {error}") from None
        return tuple([turn for turn in turns if turn[1]])


def _spelled_out(
    turns: Iterable[tuple[str, str | Template]], values: dict[str, object]
) -> Iterator[tuple[str, str | Template, dict[str, object]]]:
    """The turns with what is shown in them, those of each shot as often as there are shots."""
    for repeated, group in groupby(turns, key=lambda turn: turn[0].endswith(_OF_SHOT)):
        if not repeated:
            yield from ((role, text, values) for role, text in group)
            continue
        shots, together = values.get("shots"), list(group)
        if not isinstance(shots, Sequence):
            raise UndefinedError("'shots' is not a list of examples")
        for shot in shots:
            yield from ((role.removesuffix(_OF_SHOT), text, values | {"shot": shot}) for role, text in together)


@cache
def _compiled(turns: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str | Template], ...]:
    """Turns with the code of those in which something is to be filled in; most are examples, which are done with.

    Making it takes much longer than rendering it, and there are few prompts.
    """
    return tuple((role, _template(text) if _JINJA.search(text) else text.strip()) for role, text in turns)


def _template(text: str) -> Template:
    """What Jinja offers to every template is copied into a plain dict, since it is gone through at each rendering."""
    template = _ENVIRONMENT.from_string(text)
    template.globals = dict(template.globals)
    return template


def load_prompt(name: str, language: str = PYTHON, directory: Path = PROMPTS_DIR) -> Prompt:
    """Load the template `name`, for example `programmer/solve`, for a language.

    Raises:
        LanguageError: agents do not speak this language.
        PromptError: there is no such file, it has no turns, or it asks for what its language does not have.
    """
    return _loaded(name, language, directory)


@cache
def _loaded(name: str, language: str, directory: Path) -> Prompt:
    text = _for_language(name, language, directory)
    _, *parts = _TURN.split(text)
    if not parts:
        raise PromptError(f"prompt {name}: {directory / name}.j2 has no line [[system]], [[user]] or [[assistant]]")
    turns = tuple(zip(parts[::2], parts[1::2], strict=True))
    return Prompt(name=name, hash=hashlib.sha256(text.encode()).hexdigest(), turns=turns)


def _for_language(name: str, language: str, directory: Path) -> str:
    """Text of a template with everything in it that depends on the language."""
    speaking = language_named(language)
    text = _read(name, directory)
    if EXAMPLES in text:
        own = (directory / f"{name}.{speaking.name}.j2").exists()
        text = text.replace(EXAMPLES, _read(f"{name}.{speaking.name if own else 'example'}", directory))
    try:
        return _OF_LANGUAGE.from_string(text).render(language=speaking, example=speaking.example)
    except TemplateError as error:
        raise PromptError(f"prompt {name} for {language}: {error}") from None


def _read(name: str, directory: Path) -> str:
    path = directory / f"{name}.j2"
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PromptError(f"prompt {name}: cannot read {path}: {error.strerror}") from None


def prompt_hashes(directory: Path = PROMPTS_DIR, agents: Sequence[str] = DIALOGUE_AGENTS) -> dict[str, str]:
    """Name and hash of these agents' prompts, sorted: `agent/purpose`, with `.language` unless it is Python."""
    paths = [path.relative_to(directory) for path in directory.rglob("*.j2") if "." not in path.stem]
    paths = [path for path in paths if path.parts[0] in agents]
    names = [path.with_suffix("").as_posix() for path in paths]
    hashes = {
        name if language == PYTHON else f"{name}.{language}": load_prompt(name, language, directory).hash
        for name in names
        for language in LANGUAGES
    }
    return dict(sorted(hashes.items()))
