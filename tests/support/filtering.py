"""Asks one early filter about one snippet."""

from aiev.seeds.filters.early import early_filter
from aiev.seeds.settings import FiltersSettings
from aiev.seeds.snippet import FUNCTION, Snippet


def python(content, **fields):
    return Snippet(FUNCTION, content, 1, language="python", **fields)


def verdict(name, snippet, **settings):
    """Reason and detail of the drop; None when the snippet is kept."""
    (drop,) = early_filter(name, FiltersSettings(**settings)).judge([snippet])
    return (drop.reason, drop.detail) if drop else None
