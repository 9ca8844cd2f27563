"""Filters on words: notes that the code is not finished, personal data.

Source: unfinished code as in SelfCodeAlign (`seed_gathering/filter_dataset.py` of
bigcode-project/starcoder2-self-align, which also drops the word "bug").
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from aiev.seeds.filters.filter import Drop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiev.seeds.snippet import Snippet

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@([\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,24})(?![\w@])")
_EXAMPLE_DOMAINS = re.compile(
    r"(?:^|\.)(?:example(?:\.(?:com|org|net|edu))?|test|invalid|localhost|local|domain\.(?:com|tld)|foo\.(?:com|org)"
    r"|bar\.com|acme\.(?:com|org)|email\.com|company\.com|server\.com|host\.com|users\.noreply\.github\.com)$",
    re.IGNORECASE,
)
_FILE_ENDINGS = frozenset(
    {"py", "js", "ts", "json", "png", "html", "css", "go", "rs", "java", "cpp", "sh", "txt", "md"}
)
_PHONE = re.compile(
    r"(?<![\w.+-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,4}\)[ .-]?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w.-])"
    r"|(?<![\w.+-])\+\d{1,3}(?:[ .-]?\d){8,12}(?![\w.-])"
)
_FICTIONAL_PHONE = re.compile(r"\b555[ .)-]")
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
_SSN = re.compile(r"(?<![\w.-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w.-])")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_CARD = re.compile(r"(?<![\w.-])(?:\d[ -]?){12,18}\d(?![\w.-])")
_DIGITS = re.compile(r"\d[\d .()-]{6,}\d")
"""Without a match there are no phone numbers, network addresses or cards."""
_VERSION_PART = 16


def unfinished(words: Sequence[str]) -> Callable[[Snippet], Drop | None]:
    """A filter that drops what holds one of these words, whatever their case."""
    lowered = [word.lower() for word in words]
    pattern = re.compile("|".join(rf"\b{re.escape(word)}" for word in lowered))

    def check(snippet: Snippet) -> Drop | None:
        text = snippet.content.lower()
        found = pattern.search(text) if any(word in text for word in lowered) else None
        return Drop("unfinished", found[0]) if found else None

    return check


def personal_data(snippet: Snippet) -> Drop | None:
    """Drop what holds an email address, a phone number, a public network address, or the number of a card or account.

    The evidence names only what kind of thing it was and how often, never the thing. Reserved examples pass:
    `@example.com`, 555 numbers, private and documentation addresses.
    """
    text = snippet.content
    counts = {
        "email": sum(map(_is_email, _EMAIL.findall(text))) if "@" in text else 0,
        "iban": sum(map(_is_iban, _IBAN.findall(text))),
    }
    if _DIGITS.search(text):
        counts["phone"] = sum(not _FICTIONAL_PHONE.search(match) for match in _PHONE.findall(text))
        counts["ip"] = sum(map(_is_public, _IPV4.findall(text)))
        counts["ssn"] = len(_SSN.findall(text))
        counts["card"] = sum(map(_is_card, _CARD.findall(text)))
    found = [f"{count} {name}" for name, count in counts.items() if count]
    return Drop("personal_data", ", ".join(found)) if found else None


def _is_email(domain: str) -> bool:
    return not _EXAMPLE_DOMAINS.search(domain) and domain.rpartition(".")[2].lower() not in _FILE_ENDINGS


def _is_public(text: str) -> bool:
    """Whether a dotted quad is somebody's address; versions such as 1.2.3.4 count as none."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    low = all(part < _VERSION_PART for part in address.packed)
    return address.is_global and not low and address.packed not in {b"\x08\x08\x08\x08", b"\x08\x08\x04\x04"}


def _is_iban(text: str) -> bool:
    """Whether the check digits hold (ISO 13616)."""
    plain = text.replace(" ", "")
    digits = "".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])
    return int(digits) % 97 == 1


def _is_card(text: str) -> bool:
    """Whether the digits pass Luhn's check and begin as cards do."""
    digits = [int(letter) for letter in text if letter.isdigit()]
    if digits[0] not in {3, 4, 5, 6} or len(set(digits)) <= 2:  # noqa: PLR2004 - repeated digits are a placeholder
        return False
    doubled = [digit if index % 2 == 0 else sum(divmod(2 * digit, 10)) for index, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
