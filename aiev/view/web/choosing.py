"""Which conversations a page is about: the query of its address, and the links that change it.

Invariant: an unknown or empty parameter is left out of every link, so that one choice has one address.
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
    "status": "Status", "stage": "Stage", "language": "Language", "rounds": "Rounds", "verdict": "Verdict",
    "error_class": "Error class", "package": "Package", "model": "Model", "split": "Split", "label": "Label",
    "run": "Run",
}  # fmt: skip
_EXPORTED = ("stage", "language", "verdict", "model", "split", "label", "run")
_OPTIONS = {"error_class": "--error-class", "run": "--run"}


@dataclass(frozen=True, slots=True)
class Choice:
    """Facets with the value that is wanted of each, and the words of a search."""

    facets: tuple[tuple[str, str], ...] = ()
    text: str = ""
    page: int = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Choice:
        """The choice that an address names; what is not understood is left out."""
        facets = tuple((name, query[name]) for name in FACETS if query.get(name))
        page = query.get("page", "")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 1  # noqa: PLR2004 - no such page
        return cls(facets, " ".join(query.get("q", "").split())[:400], max(1, number))

    @property
    def wanted(self) -> dict[str, str]:
        """Values by facet."""
        return dict(self.facets)

    def query(self, *, page: int = 1) -> str:
        """The query of an address, `?` included; empty when everything is chosen."""
        pairs = [*self.facets]
        if self.text:
            pairs.append(("q", self.text))
        if page > 1:
            pairs.append(("page", str(page)))
        return f"?{urlencode(pairs)}" if pairs else ""

    def with_facet(self, name: str, value: str) -> Choice:
        """The choice with another value of a facet; an empty one takes the facet out."""
        wanted = self.wanted | {name: value}
        return replace(self, facets=tuple((key, wanted[key]) for key in FACETS if wanted.get(key)), page=1)

    def without_text(self) -> Choice:
        """The choice without its search."""
        return replace(self, text="", page=1)

    def words(self) -> str:
        """The choice in words, for a title."""
        parts = [f"{TITLES[name].lower()} {value}" for name, value in self.facets]
        return ", ".join([*parts, *([f"“{self.text}”"] if self.text else [])]) or "all"

    def options(self) -> list[str]:
        """The same choice as options of `aiev inspect`."""
        options = []
        for name, value in self.facets:
            if name == "rounds":
                options += ["--min-rounds", value, "--max-rounds", value]
            else:
                options += [_OPTIONS.get(name, f"--{name}"), value]
        return [*options, *(["--search", self.text] if self.text else [])]

    def export_options(self) -> tuple[list[str], list[str]]:
        """The same choice as options of `aiev export`, and what of it has none there."""
        options, without = [], []
        for name, value in self.facets:
            if name == "rounds":
                options += ["--min-rounds", value, "--max-rounds", value]
            elif name == "status" and value == "discarded":
                options.append("--failures")
            elif name in _EXPORTED and (name, value) != ("split", "held"):
                options += [f"--{name}", value]
            elif (name, value) != ("status", "accepted"):
                without.append(TITLES[name].lower())
        return options, [*without, *(["search"] if self.text else [])]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice, carried out on an index."""

    choice: Choice
    index: FacetIndex
    found: int
    """Conversations that hold the words of the search, or all."""
    bits: int
    """Conversations of the choice."""

    @property
    def count(self) -> int:
        """How many conversations were chosen."""
        return self.bits.bit_count()

    def facets(self) -> list[dict[str, Any]]:
        """What the list can be narrowed by: each facet with its values, their counts and links.

        The counts of a facet leave its own present value out of account, so that another can be taken in its place.
        """
        return [facet for name in FACETS if (facet := self._facet(name))["values"]]

    def _facet(self, name: str) -> dict[str, Any]:
        wanted = self.choice.wanted
        present = wanted.pop(name, "")
        among = self.index.choose(wanted, self.found) if present else self.bits
        counts = self.index.counts(name, among)
        if present and present not in dict(counts):
            counts.append((present, 0))
        values = [
            {
                "value": value,
                "count": count,
                "chosen": value == present,
                "link": "/conversations" + self.choice.with_facet(name, "" if value == present else value).query(),
            }
            for value, count in counts[:MAX_VALUES]
        ]
        first = [value for number, value in enumerate(values) if number < SHOWN_VALUES or value["chosen"]]
        return {
            "name": name,
            "title": TITLES[name],
            "values": first,
            "more": [value for value in values if value not in first],
            "hidden": max(0, len(counts) - MAX_VALUES),
        }


def carry_out(choice: Choice, index: FacetIndex, reader: BrowseReader) -> Chosen:
    """Find the conversations of a choice; raises StoreError."""
    found = reader.search(index, choice.text) if choice.text else index.everything
    return Chosen(choice, index, found, index.choose(choice.wanted, found))
