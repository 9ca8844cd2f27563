"""Credentials in texts: keys, tokens, passwords. Seeds and datasets ask here, so that one list says what counts.

What counts as one is the business of detect-secrets' detectors and heuristics; its verification over the network is
never switched on, so nothing that is found is sent anywhere. Invariant: what is given back are kinds and counts, never
a value.

Not covered: public network addresses, which the filter `personal_data` looks for.
"""

from __future__ import annotations

import re
from collections import Counter
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Origin(StrEnum):
    """Where a text comes from, which decides whether a guess is worth anything."""

    FOUND = "found"
    """Source that people wrote: a password in it may open something."""
    MADE = "made"
    """What models wrote, and its tests: passwords and digests in it are made up to be tested."""


_GUESSES = frozenset({Origin.MADE})
OFF: dict[str, tuple[frozenset[Origin], str]] = {
    "IPPublicDetector": (frozenset(Origin), "an address is no credential; the filter personal_data looks for them"),
    "Base64HighEntropyString": (_GUESSES, "takes test data in Base64 and long identifiers for keys"),
    "HexHighEntropyString": (_GUESSES, "takes the digests that tests of hash functions compare with for keys"),
    "KeywordDetector": (_GUESSES, 'takes the input of any test of passwords, `password = "hunter2"`, for a leaked one'),
}
"""detect-secrets' detectors that are not asked, by class: for texts of which origin, and why. All others always are."""
_GUESSING = frozenset(name for name, (origins, _) in OFF.items() if origins == _GUESSES)
_SUSPICIOUS = re.compile(
    r"[A-Za-z0-9+/=_-]{15,}"
    r"|://[^/\s:]+:[^/\s@]+@|BEGIN|bot\d|\d:[A-Za-z0-9]"
    r"|(?i:pass|pwd|secret|token|key|credential|auth|private|database_url)"
)
_NO_RANDOMNESS = re.compile(r"[A-Za-z_=/-]+\Z|[=\-+/_*#]+\Z")
_KEYWORD = re.compile(r"(?i:pass|pwd|secret|token|key|credential|auth|private|database_url)")
_ASSIGNED = re.compile(r"[:=(,]\s*[bru]?[\"'][^\"']")
_NAMED = "snippet.py"
"""detect-secrets asks a file's name whether passwords stand in quotes; in all of our languages they do."""


def kinds_in(text: str, origin: Origin) -> Counter[str]:
    """How many credentials of which kind a text seems to hold; empty when it holds none."""
    return Counter(kind for line in suspicious_lines(text) for kind in _kinds(line, origin))


def holds_credential(text: str, origin: Origin) -> bool:
    """Whether there is any; quicker than to count them."""
    return any(kind for line in suspicious_lines(text) for kind in _kinds(line, origin))


def suspicious_lines(text: str) -> list[str]:
    """Lines that a detector could find something in; asking all detectors about every line takes milliseconds each."""
    numbers = {}
    for found in _SUSPICIOUS.finditer(text):
        begin = text.rfind("\n", 0, found.start()) + 1
        if begin in numbers:
            continue
        end = text.find("\n", found.end())
        line = text[begin : end if end >= 0 else len(text)]
        if _may_hold_one(found[0], line):
            numbers[begin] = line
    return [*numbers.values()]


def _may_hold_one(found: str, line: str) -> bool:
    """Whether the line is worth the detectors' time: words alone are no keys, and a password is written in quotes."""
    if _KEYWORD.search(line) and _ASSIGNED.search(line):
        return True
    return not _NO_RANDOMNESS.match(found) if len(found) > 6 else True  # noqa: PLR2004 - the short marks of the pattern


def _kinds(line: str, origin: Origin) -> Iterator[str]:
    """Kinds of the credentials in a line."""
    for detector in _detectors(origin):
        for found in detector.analyze_line(filename=_NAMED, line=line, line_number=1):
            value = str(found.secret_value)
            if not _is_placeholder(value) and not (type(detector).__name__ in _GUESSING and _is_ordinary(value, line)):
                yield str(found.type)


@cache
def _detectors(origin: Origin) -> list[Any]:
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    found: dict[str, Any] = get_mapping_from_secret_type_to_class()
    return [found[kind]() for kind in sorted(found) if origin not in OFF.get(found[kind].__name__, ((), ""))[0]]


def _is_placeholder(value: str) -> bool:
    """Whether something stands where a credential would: `{password}`, `$TOKEN`, `****`."""
    from detect_secrets.filters import heuristic

    return bool(
        heuristic.is_templated_secret(value)
        or heuristic.is_prefixed_with_dollar_sign(value)
        or heuristic.is_not_alphanumeric_string(value)
    )


def _is_ordinary(value: str, line: str) -> bool:
    """Whether what a detector guessed at is an identifier, an alphabet or a call; a known form needs no such doubt."""
    from detect_secrets.filters import heuristic

    return bool(
        heuristic.is_sequential_string(value)
        or heuristic.is_potential_uuid(value)
        or heuristic.is_likely_id_string(value, line)
        or heuristic.is_indirect_reference(line)
    )
