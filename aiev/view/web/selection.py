"""Which conversations a page is about: the query of its address, and the links that change it.

Invariant: an unknown or empty parameter is left out of every link, so that one selection has one address.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiev.store.reading.facets import FACETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiev.store.reading.browsing import BrowseReader
    from aiev.store.reading.facets import FacetIndex

PAGE = 50
"""Conversations on a page."""
SHOWN_VALUES = 12
"""Values of a facet that are shown before `more`."""
MAX_VALUES = 200
"""Values of a facet that are shown at all."""
TITLES = {
    "status": "Status", "evidence": "Evidence", "stage": "Stage", "language": "Language", "rounds": "Rounds",
    "verdict": "Verdict", "error_class": "Error class", "package": "Package", "model": "Model", "split": "Split",
    "label": "Label", "run": "Run",
}  # fmt: skip
_EXPORTED = ("evidence", "stage", "language", "verdict", "model", "split", "label", "run")
_OPTIONS = {"error_class": "--error-class"}
_OF_ANY_STATUS = ("unverified", "contradicted")
"""Evidence that an export asks for whether the dialogue was accepted or not."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Facets with the value that is wanted of each, and the words of a search."""

    facets: tuple[tuple[str, str], ...] = ()
    text: str = ""
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Selection:
        """The selection of an address; parameters without a meaning are left out."""
        facets = tuple((name, query[name]) for name in FACETS if query.get(name))
        page = query.get("page", "")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1  # noqa: PLR2004 - no such page
        return cls(facets, " ".join(query.get("q", "").split())[:400], max(1, number))

    @property
    def wanted(self) -> dict[str, str]:
        """Values by facet."""
        return dict(self.facets)

    def query(self, *, page: int = 1) -> str:
        """The query of an address, `?` included; empty when everything is selected."""
        pairs = [*self.facets]
        if self.text:
            pairs.append(("q", self.text))
        if page > 1:
            pairs.append(("page", str(page)))
        return f"?{urlencode(pairs)}" if pairs else ""

    def with_facet(self, name: str, value: str) -> Selection:
        """The selection with another value of a facet; an empty value removes the facet."""
        wanted = self.wanted | {name: value}
        return replace(self, facets=tuple((key, wanted[key]) for key in FACETS if wanted.get(key)), page=1)

    def without_text(self) -> Selection:
        """The selection without its search."""
        return replace(self, text="", page=1)

    def words(self) -> str:
        """The selection in words, for a title."""
        parts = [f"{TITLES[name].lower()} {value}" for name, value in self.facets]
        return ", ".join([*parts, *([f"“{self.text}”"] if self.text else [])]) or "all"

    def options(self) -> list[str]:
        """The selection as options of `aiev inspect`."""
        options = []
        for name, value in self.facets:
            if name == "rounds":
                options += ["--min-rounds", value, "--max-rounds", value]
            else:
                options += [_OPTIONS.get(name, f"--{name}"), value]
        return [*options, *(["--search", self.text] if self.text else [])]

    def export_options(self) -> tuple[list[str], list[str]]:
        """The selection as options of `aiev export`, and the facets that have no option there."""
        options, without = [], []
        either = self.wanted.get("evidence") in _OF_ANY_STATUS
        for name, value in self.facets:
            if name == "rounds":
                options += ["--min-rounds", value, "--max-rounds", value]
            elif name == "status" and value == "discarded" and not either:
                options.append("--failures")
            elif name in _EXPORTED and (name, value) != ("split", "held"):
                options += [f"--{name}", value]
            elif either or (name, value) != ("status", "accepted"):
                without.append(TITLES[name].lower())
        return options, [*without, *(["search"] if self.text else [])]


@dataclass(frozen=True, slots=True)
class Selected:
    """The conversations of a selection."""

    selection: Selection
    index: FacetIndex
    found: int
    """Conversations with the words of the search, or all, as a bit for each."""
    bits: int
    """Conversations of the selection, as a bit for each."""

    @property
    def count(self) -> int:
        """The number of conversations."""
        return self.bits.bit_count()

    def facets(self) -> list[dict[str, Any]]:
        """The facets that can narrow the list, each with its values, their counts and links.

        The counts of a facet ignore its own selected value, so that another can replace it.
        """
        return [facet for name in FACETS if (facet := self._facet(name))["values"]]

    def _facet(self, name: str) -> dict[str, Any]:
        wanted = self.selection.wanted
        present = wanted.pop(name, "")
        among = self.index.choose(wanted, self.found) if present else self.bits
        counts = self.index.counts(name, among)
        if present and present not in dict(counts):
            counts.append((present, 0))
        values = [
            {
                "value": value,
                "count": count,
                "selected": value == present,
                "link": "/conversations" + self.selection.with_facet(name, "" if value == present else value).query(),
            }
            for value, count in counts[:MAX_VALUES]
        ]
        first = [value for number, value in enumerate(values) if number < SHOWN_VALUES or value["selected"]]
        return {
            "name": name,
            "title": TITLES[name],
            "values": first,
            "more": [value for value in values if value not in first],
            "hidden": max(0, len(counts) - MAX_VALUES),
        }


def select(selection: Selection, index: FacetIndex, reader: BrowseReader) -> Selected:
    """Find the conversations of a selection; raises StoreError."""
    found = reader.search(index, selection.text) if selection.text else index.everything
    return Selected(selection, index, found, index.choose(selection.wanted, found))
