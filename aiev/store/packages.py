"""Names of the packages that a round asked for, as lists and counts know them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = re.compile(r"\s*((?:@[\w.~-]+/)?[A-Za-z0-9][A-Za-z0-9._-]*)")
_SEPARATORS = re.compile(r"[-_.]+")


def package_names(requirements: Iterable[str]) -> list[str]:
    """Normalized names of the packages in a list of PEP 508 strings, or of npm's `name@versions`, sorted, each once.

    Source: the normalization of PEP 503.
    """
    found = (_NAME.match(requirement) for requirement in requirements)
    return sorted({_SEPARATORS.sub("-", match[1]).lower() for match in found if match})
