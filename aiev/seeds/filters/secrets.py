"""A filter on secrets: keys, tokens, passwords.

What counts as one is the business of detect-secrets' plug-ins and heuristics; its verification over the network is
never switched on, so nothing that is found is sent anywhere. Invariant: the evidence names kinds and counts,
never a value.

Not covered: public network addresses, which `personal_data` looks for.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from aiev.errors import SetupError
from aiev.seeds.verdicts import Drop

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiev.seeds.extract import Snippet

_SUSPICIOUS = re.compile(
    r"[A-Za-z0-9+/=_-]{15,}"
    r"|://[^/\s:]+:[^/\s@]+@|BEGIN|bot\d|\d:[A-Za-z0-9]"
    r"|(?i:pass|pwd|secret|token|key|credential|auth|private|database_url)"
)
_NO_RANDOMNESS = re.compile(r"[A-Za-z_=/-]+\Z|[=\-+/_*#]+\Z")
_KEYWORD = re.compile(r"(?i:pass|pwd|secret|token|key|credential|auth|private|database_url)")
_ASSIGNED = re.compile(r"[:=(,]\s*[bru]?[\"'][^\"']")
_OTHER_CONCERNS = frozenset({"IPPublicDetector"})
_NAMED = "snippet.py"
"""detect-secrets asks a file's name whether passwords stand in quotes; in all of our languages they do."""


def secrets(snippet: Snippet) -> Drop | None:
    """Drop what seems to hold a secret.

    Raises:
        SetupError: detect-secrets is not installed.
    """
    counts = Counter[str]()
    for line in suspicious_lines(snippet.content):
        counts.update(_kinds(line))
    if not counts:
        return None
    return Drop("secret", ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))


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


def _kinds(line: str) -> list[str]:
    """Kinds of the secrets in a line."""
    plugins, is_harmless = _detectors()
    return [
        str(found.type)
        for plugin in plugins
        for found in plugin.analyze_line(filename=_NAMED, line=line, line_number=1)
        if not is_harmless(str(found.secret_value), line, plugin)
    ]


@cache
def _detectors() -> tuple[list[Any], Callable[[str, str, Any], bool]]:
    """The plug-ins, and whether what one found is a placeholder, an identifier or the like."""
    try:
        from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class  # noqa: PLC0415
        from detect_secrets.filters import heuristic  # noqa: PLC0415
    except ImportError:
        raise SetupError(
            "the filter `secrets` needs detect-secrets: pip install 'aiev[seeds]', or leave it out of seeds.filters"
        ) from None

    def is_harmless(value: str, line: str, plugin: Any) -> bool:
        return (
            heuristic.is_sequential_string(value)
            or heuristic.is_potential_uuid(value)
            or heuristic.is_templated_secret(value)
            or heuristic.is_prefixed_with_dollar_sign(value)
            or heuristic.is_not_alphanumeric_string(value)
            or heuristic.is_likely_id_string(value, line, plugin)
            or heuristic.is_indirect_reference(line)
        )

    kinds: Any = get_mapping_from_secret_type_to_class().values()
    return [kind() for kind in kinds if kind.__name__ not in _OTHER_CONCERNS], is_harmless
