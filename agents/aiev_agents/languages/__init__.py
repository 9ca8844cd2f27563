"""The languages that agents speak, by name.

Invariant: a word after a fence names at most one language here, save for words that TypeScript shares with JavaScript.
"""

from __future__ import annotations

from aiev_agents.errors import LanguageError
from aiev_agents.languages import bash, cpp, go, java, javascript, python, rust, typescript
from aiev_agents.languages.language import Example, Language

__all__ = ["LANGUAGES", "PYTHON", "Example", "Language", "canonical_name", "language_named"]

_MODULES = (python, javascript, typescript, java, cpp, rust, go, bash)
LANGUAGES: dict[str, Language] = {module.LANGUAGE.name: module.LANGUAGE for module in _MODULES}
PYTHON = "python"


def language_named(name: str) -> Language:
    """The language of that name.

    Raises:
        LanguageError: there is none; the message lists those that there are.
    """
    if name not in LANGUAGES:
        raise LanguageError(f"no language {name!r}: agents speak {', '.join(LANGUAGES)}")
    return LANGUAGES[name]


def canonical_name(word: str) -> str | None:
    """Name of the language that a name or an alias such as `c++` or `golang` stands for; None when it is none."""
    word = word.strip().lower()
    if word in LANGUAGES:
        return word
    return next((name for name, language in LANGUAGES.items() if word in language.aliases), None)
