"""Reads the requirements of a Python program from the install commands of a reply. Nothing is run.

pip, uv, conda and the tools of projects (poetry, pdm, pipenv, rye) are understood. Whatever asks for a package, it
comes from the configured index: options are dropped. Invariant: only validated requirement strings reach pip. Not
covered: where packages come from, see `index.py`; how they are installed, see `installation.py`.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from aiev_interpreter.packages.imports import PACKAGE_OF
from aiev_interpreter.packages.shell import Command, commands, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PYTHON = re.compile(r"(?:.*[/\\])?(?:(?:python|py|pypy)[\d.]*(?:\.exe)?|\{sys\.executable\}|\$\{?PYTHON\}?)")
_PIP = re.compile(r"(?:.*[/\\])?pip[\d.]*(?:\.exe)?")
_CONDAS = frozenset(("conda", "mamba", "micromamba"))
_PROJECTS = {("uv", "add"), ("poetry", "add"), ("pdm", "add"), ("rye", "add"), ("pipenv", "install")}
_OPTIONS_WITH_VALUE = {
    *("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "--proxy", "--cert"),
    *("-t", "--target", "--prefix", "--root", "-c", "--constraint", "--timeout", "--retries", "--channel"),
    *("--python-version", "--platform", "--progress-bar", "--only-binary", "--no-binary", "--python", "-p"),
    *("--log", "--cache-dir", "--upgrade-strategy", "--config-settings", "--global-option", "--src", "--exists-action"),
    *("--implementation", "--abi", "--report", "--group", "-n", "--name", "--index", "--default-index", "--resolution"),
}
_FILES = frozenset(("-r", "--requirement", "--requirements", "-e", "--editable", "--file"))
_SOURCES = frozenset(("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--index", "--default-index"))
_COMPARISON = re.compile(r"[=!~<>]=|[<>]")
_CONDA_PIN = re.compile(r"^([A-Za-z0-9._-]+)=([\w.]+?)(?:\.\*)?(?:=[\w.*]+)?$")
_INSTALLERS = frozenset(("pip", "uv", "python", "conda"))
_LOCAL = (".whl", ".tar.gz", ".zip")
_NO_FILES = "files and local projects are not read; name the packages"
_ONLY_INSTALLS = "only the installation of Python packages is carried out"


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """The packages that a shell block asks for, and its refused parts."""

    requirements: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    """One line with the reason for each part that is not an installable package."""


def parse_install(text: str) -> InstallPlan:
    """Read the install commands of a shell block; everything else in it is refused with a reason.

    A name that a module is imported by stands for its package (`yaml` for PyYAML). Names of the standard library are
    refused, since no package provides them.
    """
    wanted: list[str] = []
    refused: list[str] = []
    for command in commands(text):
        arguments = _arguments(command)
        if not command.balanced:
            refused.append(f"{command.text}: unbalanced quotes")
        elif arguments is None:
            refused.append(f"{command.text}: {_ONLY_INSTALLS}")
        else:
            _read(arguments, wanted, refused)
    return InstallPlan(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(refused)))


def _arguments(command: Command) -> list[str] | None:
    """What follows the word `install`; None if the command installs no Python packages."""
    words = list(command.words)
    if words and _PYTHON.fullmatch(words[0]):
        if "-m" not in words:
            return None
        del words[: words.index("-m") + 1]
    if words[:2] == ["uv", "pip"]:
        del words[0]
    if tuple(words[:2]) in _PROJECTS:
        return words[2:]
    if not words or not (_PIP.fullmatch(words[0]) or words[0] in _CONDAS):
        return None
    verb = next((index for index, word in enumerate(words) if index and not word.startswith("-")), 0)
    if words[verb] != "install":
        return None
    rest = words[verb + 1 :]
    return [_CONDA_PIN.sub(r"\1==\2.*", word) for word in rest] if words[0] in _CONDAS else rest


def _read(arguments: Sequence[str], wanted: list[str], refused: list[str]) -> None:
    """Sort the arguments of one install command."""
    words = iter(_joined(arguments))
    for word in words:
        option, _, value = word.partition("=")
        if option in _FILES or word.startswith(("-r", "-e")):
            value = next(words, "") if word in _FILES else ""
            refused.append(shown(f"{word} {value}".strip()) + f": {_NO_FILES}")
        elif option in _OPTIONS_WITH_VALUE:
            value = value or next(words, "")
            if option in _SOURCES:
                refused.append(f"{option} {shown(value)}: packages come from the configured index alone")
        elif not word.startswith("-"):
            _accept(word.rstrip(","), wanted, refused)


def _joined(words: Sequence[str]) -> Iterator[str]:
    """The words, where a requirement and its version that stand apart (`numpy >= 1.26`) are one."""
    kept = ""
    for word in words:
        if kept and (_COMPARISON.match(word) or kept[-1] in "=<>"):
            kept += word
        else:
            if kept:
                yield kept
            kept = word
    if kept:
        yield kept


def _accept(word: str, wanted: list[str], refused: list[str]) -> None:
    try:
        requirement = Requirement(word)
    except InvalidRequirement:
        refused.append(f"{shown(word)}: not a package name")
        return
    name = requirement.name
    if name.endswith(_LOCAL):
        refused.append(f"{name}: {_NO_FILES}")
    elif requirement.url:
        refused.append(f"{name}: addresses are not installed")
    elif name.partition(".")[0] in sys.stdlib_module_names:
        refused.append(f"{name}: part of the standard library")
    elif canonicalize_name(name) in _INSTALLERS:
        refused.append(f"{name}: the sandbox has its own")
    else:
        requirement.name = PACKAGE_OF.get(canonicalize_name(name), name)
        wanted.append(str(requirement))
