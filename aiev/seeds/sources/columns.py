"""Rows of tables: which column is what, and what a row holds.

Invariant: columns are recognised by their names alone, the user's own first; a row that does not fit is skipped, and
the reason says what was looked for.

Source: the columns of The Stack (v1, dedup and smol; v2 where its contents were joined), StarCoderData, CodeSearchNet,
Magicoder's OSS-Instruct-75K and Evol-Instruct-110K, SelfCodeAlign's datasets, and of `aiev seeds build`, as published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiev.errors import ConfigError
from aiev.seeds.extract.languages import language_of
from aiev.seeds.snippet import FUNCTION, PROBLEM, SNIPPET, Snippet
from aiev.seeds.sources.items import SourceText
from aiev.tables.row import Skipped
from aiev_agents.languages import LANGUAGES, PYTHON, canonical_name

if TYPE_CHECKING:
    from aiev.seeds.settings import SeedsSettings

KNOWN_COLUMNS: dict[str, tuple[str, ...]] = {
    "content": (
        *("content", "code", "snippet", "func_code_string", "whole_func_string", "seed"),
        *("instruction", "problem", "text"),
    ),
    "language": ("language", "lang", "programming_language"),
    "licence": (*("licence", "license", "max_stars_repo_licenses", "detected_licenses", "gha_license_id", "licenses"),),
    "path": ("source", "path", "max_stars_repo_path", "func_path_in_repository", "file_name"),
    "name": ("name", "func_name", "entry_point"),
    "kind": ("kind",),
    "repository": ("repository", "max_stars_repo_name", "repo_name", "repository_name", "repo"),
    "revision": ("revision", "max_stars_repo_head_hexsha", "revision_id", "commit"),
    "blob": ("blob", "blob_id", "hexsha"),
}
"""What a column is, and the names that it is known by, the likeliest first."""
_FILE_MARKS = frozenset(
    {"max_stars_repo_path", "max_stars_repo_name", "ext", "avg_line_length", "blob_id", "detected_licenses"}
)
"""Columns that only tables of whole files have."""
_OF_PROBLEMS: dict[str, tuple[str, ...]] = {
    "content": ("problem", "instruction", "prompt", "text"),
    "name": ("name", "task_id", "id", "entry_point"),
}
"""What is looked for first where rows are to be problems."""
_KIND_BY_COLUMN = {"seed": SNIPPET, "instruction": PROBLEM, "problem": PROBLEM}
_KINDS = frozenset({FUNCTION, SNIPPET, PROBLEM})


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of one table is what; made from the names of its columns."""

    of: Mapping[str, str]
    """`content`, `language`, ... to a column's name."""
    holds: str
    """What rows are: `file`, or a kind of seed; a row's own `kind` takes precedence."""

    @classmethod
    def found_in(cls, names: Sequence[str], settings: SeedsSettings) -> Columns:
        """Recognise the columns of a table by their names."""
        own = named_columns(settings.columns)
        first = _OF_PROBLEMS if settings.kind == PROBLEM else {}
        of = {
            role: own.get(role) or next((name for name in (*first.get(role, ()), *known) if name in names), "")
            for role, known in KNOWN_COLUMNS.items()
        }
        if settings.rows != "auto":
            holds: str = settings.rows
        elif _FILE_MARKS & set(names) and of["content"] == "content":
            holds = "file"
        elif of["content"] in first.get("content", ()):
            holds = PROBLEM
        else:
            holds = _KIND_BY_COLUMN.get(of["content"], FUNCTION)
        return cls({role: name for role, name in of.items() if name}, holds)

    def needed(self, names: Sequence[str]) -> list[str]:
        """Those of a table's columns that must be read to recognise and use its rows."""
        return [name for name in names if name in _FILE_MARKS or name in self.of.values()]

    def item(self, row: Mapping[str, Any], where: str) -> SourceText | Snippet | Skipped:
        """The snippet or file of a row, or why it has none."""
        get = {role: row.get(name) for role, name in self.of.items()}
        content = get.get("content")
        if isinstance(content, bytes):
            content = content.decode(errors="replace")
        if not isinstance(content, str) or not content.strip():
            looked = self.of.get("content") or ", ".join(KNOWN_COLUMNS["content"])
            return Skipped("no_content", where, f"no field {looked} with text in it; --column content=NAME names it")
        path, is_file = _text(get.get("path")), self.holds == "file"
        language = _language(_text(get.get("language")), path, is_file=is_file)
        if language is None:
            named = get.get("language") or path
            return Skipped("other_language", where, f"language {named!r} is none of {', '.join(LANGUAGES)}")
        origin, licence = path or where, _licence(get.get("licence"))
        commit = {role: _text(get.get(role)) for role in ("repository", "revision", "blob")}
        if is_file:
            return SourceText(content, origin, licence, language, **commit)
        kind, name = _text(get.get("kind")), _text(get.get("name")) or None
        return Snippet(
            kind if kind in _KINDS else self.holds, content, 0, name, language, path=origin, licence=licence, **commit
        )


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _language(named: str, path: str, *, is_file: bool) -> str | None:
    """A row's language. Without a name for it, a snippet is Python, and a file unknown."""
    if named:
        return canonical_name(named)
    by_path = language_of(path) if path else None
    return by_path or (None if is_file else PYTHON)


def _licence(value: object) -> str | None:
    """A licence as one expression; a list, as in The Stack, offers a choice."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, Sequence):
        names = [name for name in value if isinstance(name, str) and name]
        return " OR ".join(names) or None
    return None


def named_columns(assignments: Sequence[str]) -> dict[str, str]:
    """Read `content=body`: what a column is, to the column's name.

    Raises:
        ConfigError: it is not written so, or names nothing that a row can have.
    """
    named = dict[str, str]()
    for text in assignments:
        role, _, name = (part.strip() for part in text.partition("="))
        if role not in KNOWN_COLUMNS or not name:
            raise ConfigError(
                f"column {text!r}: write it as content=NAME; what can be named is {', '.join(KNOWN_COLUMNS)}"
            )
        named[role] = name
    return named
