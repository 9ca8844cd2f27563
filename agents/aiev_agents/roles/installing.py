"""Finds what of a reply installs packages: shell blocks, and lines of a notebook inside of a program.

Invariant: a block that is whole source is left as it is. Not covered: whether what it asks for may be installed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiev_agents.languages import LANGUAGES, PYTHON
from aiev_agents.languages.whole import is_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev_agents.fences import Block
    from aiev_agents.languages import Language

_SHELLS = LANGUAGES["bash"].aliases | {"console", "terminal", "powershell"}
_INSTALL = re.compile(
    r"\b(?:pip[\d.]*|pipenv|conda|mamba|micromamba|uv|poetry|pdm|rye|npm|pnpm|yarn|go|cargo)"
    r"(?:\s+-[\w-]+)*\s+(?:install|i|add|get)\b"
)
"""A shell command that installs packages."""
_LINE = re.compile(
    rf"^[ \t]*(?:[$!%][ \t]*)?(?:sudo[ \t]+)?(?:\S+[ \t]+-m[ \t]+)?{_INSTALL.pattern}[^\n]*(?:(?<=\\)\n[^\n]*)*$",
    re.MULTILINE,
)
"""A line that does nothing but install."""
_MAGIC = re.compile(r"^(?P<indent>[ \t]*)[!%].*$", re.MULTILINE)
"""A line that only a notebook understands."""


def is_install(block: Block, language: Language) -> bool:
    """Whether a block installs packages; never for a language whose programs are shell scripts."""
    shell = block.language in _SHELLS and block.language not in language.aliases
    return shell and bool(_INSTALL.search(block.body))


def without_installs(block: Block, language: Language) -> Iterator[Block]:
    """The block; lines that install packages (`!pip install six`) become a block of their own."""
    found = [match[0].strip() for match in _LINE.finditer(block.body)]
    lines = [line for line in block.body.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    alone = len(found) == len(lines) and not block.language
    own = block.language in {"", *language.aliases} and block.language not in _SHELLS
    if not found or not (alone or (own and not is_whole(block.body, language.name))):
        yield block
        return
    yield block._replace(language="bash" if language.name != "bash" else "console", body="\n".join(found))
    rest = _LINE.sub(_in_place, block.body)
    yield block._replace(body=(_MAGIC.sub(_in_place, rest) if language.name == PYTHON else rest).strip("\n"))


def _in_place(line: re.Match[str]) -> str:
    """What stays of a line that goes: inside of a Python block, a statement that does nothing."""
    indent = line[0][: len(line[0]) - len(line[0].lstrip(" \t"))]
    return f"{indent}pass" if indent else ""
