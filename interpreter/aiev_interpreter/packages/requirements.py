"""Parses the `pip install` lines of a reply. The text is never run as shell.

Invariant: only validated requirement strings reach pip. Not covered: where packages come from, see `index.py`; how they
are installed, see `installation.py`.
"""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement

_PIP = re.compile(r"^[!%$]?\s*(?:sudo\s+)?(?:python[\d.]*\s+-m\s+)?(?:uv\s+)?pip[\d.]*\s+install\s+(?P<rest>.*)$")
_OPTIONS_WITH_VALUE = {
    *("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "--proxy", "--cert"),
    *("-t", "--target", "--prefix", "--root", "-c", "--constraint", "--timeout", "--retries"),
    *("--python-version", "--platform", "--progress-bar"),
}
_FILES = frozenset(("-r", "--requirement", "-e", "--editable"))
_SHELL = re.compile(r"^(?:&&|\|\||[|;&<>].*|.*[`$();|&].*)$")


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """The packages that a shell block asks for, and its refused parts."""

    requirements: tuple[str, ...]
    refused: tuple[str, ...]
    """One line with the reason for each part that is not an installable package."""


def parse_install(text: str) -> InstallPlan:
    """Read `pip install` lines; everything else in the block is refused with a reason.

    Nothing is run. Options of pip are dropped: the settings decide how packages are installed. Names of the standard
    library are refused, since no package provides them.
    """
    wanted: list[str] = []
    refused: list[str] = []
    for line in text.replace("\\\n", " ").splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _PIP.match(stripped)
        if match:
            _parse_arguments(match["rest"], wanted, refused)
        else:
            refused.append(f"{stripped[:80]}: only pip install lines are carried out")
    return InstallPlan(tuple(dict.fromkeys(wanted)), tuple(refused))


def _parse_arguments(text: str, wanted: list[str], refused: list[str]) -> None:
    try:
        words = iter(shlex.split(text, comments=True))
    except ValueError:
        refused.append(f"{text[:80]}: unbalanced quotes")
        return
    for word in words:
        option = word.partition("=")[0]
        if option in _FILES:
            refused.append(f"{option} {next(words, '')[:80]}: files and local projects are not installed")
        elif word in _OPTIONS_WITH_VALUE:
            next(words, None)
        elif word.startswith("-"):
            continue
        elif _SHELL.match(word) and not _is_requirement(word):
            rest = " ".join(words)
            refused.append(f"{word} {rest}".strip()[:80] + ": only pip install lines are carried out")
        else:
            _accept(word, wanted, refused)


def _is_requirement(word: str) -> bool:
    try:
        Requirement(word)
    except InvalidRequirement:
        return False
    return True


def _accept(word: str, wanted: list[str], refused: list[str]) -> None:
    try:
        requirement = Requirement(word)
    except InvalidRequirement:
        refused.append(f"{word[:80]}: not a package name")
        return
    if requirement.url:
        refused.append(f"{requirement.name}: addresses are not installed")
    elif requirement.name in sys.stdlib_module_names:
        refused.append(f"{requirement.name}: part of the standard library")
    else:
        wanted.append(str(requirement))
