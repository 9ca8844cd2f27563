"""Packages that a program asks for: parsed, never run as shell, and installed before the run.

`parse_install` reads a reply's shell block. `InstallSettings` says where packages come from: pip's own
settings unless given. Invariants: what reaches pip is a list of validated requirement strings; only wheels
are installed, so no package's code runs while there is a network; credentials of an index never leave the
install phase.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from packaging.requirements import InvalidRequirement, Requirement

_PIP = re.compile(r"^[!%$]?\s*(?:sudo\s+)?(?:python[\d.]*\s+-m\s+)?(?:uv\s+)?pip[\d.]*\s+install\s+(?P<rest>.*)$")
_OPTIONS_WITH_VALUE = {
    *("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "--proxy", "--cert"),
    *("-t", "--target", "--prefix", "--root", "-c", "--constraint", "--timeout", "--retries"),
    *("--python-version", "--platform", "--progress-bar"),
}
_FILES = frozenset(("-r", "--requirement", "-e", "--editable"))
_SHELL = re.compile(r"^(?:&&|\|\||[|;&<>].*|.*[`$();|&].*)$")
_CA_PATHS = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
CA_INSIDE = "/aiev/ca.pem"


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """What a shell block asks for, and what of it was refused."""

    requirements: tuple[str, ...]
    refused: tuple[str, ...]
    """One line for each part that is not an installable package, with the reason."""


def parse_install(text: str) -> InstallPlan:
    """Read `pip install` lines; everything else in the block is refused with a reason.

    Never runs anything. Options of pip are left out, since how packages are installed is not a program's
    business. Names of the standard library are refused with a note, since no package can provide them.
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


@dataclass(frozen=True, slots=True)
class InstallSettings:
    """Where packages come from. None takes pip's own setting."""

    index_url: str | None = None
    extra_index_url: str | None = None
    ca_bundle: str | None = None
    proxy: str | None = None
    allow: tuple[str, ...] = ()
    """Packages that may be installed, and no others; empty lets all through."""
    deny: tuple[str, ...] = ()
    """Packages that may not be installed."""
    allow_source: bool = False
    """Whether packages may be built from source, which runs their code while there is a network."""
    from_imports: bool = True
    """Whether well-known packages are installed that a program imports without asking for them."""

    def environment(self) -> dict[str, str]:
        """The installer's environment variables; only here do credentials stand."""
        own = _pip_settings()
        index = self.index_url or own.get("index-url")
        extra = self.extra_index_url or own.get("extra-index-url")
        proxy = self.proxy or own.get("proxy") or os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy")
        remote = " ".join(url for url in (extra or "").split() if url.startswith(("http://", "https://")))
        values = {"PIP_INDEX_URL": index, "PIP_EXTRA_INDEX_URL": remote, "PIP_PROXY": proxy}
        if self.certificates():
            values["PIP_CERT"] = CA_INSIDE
        return {name: value for name, value in values.items() if value}

    def certificates(self) -> Path | None:
        """File of certificate authorities on this machine."""
        named = self.ca_bundle or _pip_settings().get("cert") or os.environ.get("REQUESTS_CA_BUNDLE")
        paths = [Path(path) for path in (named, *_CA_PATHS) if path]
        return next((path for path in paths if path.is_file()), None)

    def redacted(self, text: str) -> str:
        """A text of the installer without the credentials of its addresses."""
        for secret in self.secrets():
            text = text.replace(secret, "***")
        return text

    def secrets(self) -> tuple[str, ...]:
        """Parts of the addresses that must never be shown."""
        parts = [urlsplit(word) for value in self.environment().values() for word in value.split()]
        found = [part.netloc.rpartition("@")[0] for part in parts if "@" in part.netloc]
        found += [part.password for part in parts if part.password]
        return tuple(sorted(set(found), key=len, reverse=True))


@cache
def _pip_settings() -> dict[str, str]:
    """What pip is set to: `pip config list`, which includes its PIP_* environment variables."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    settings: dict[str, str] = {}
    for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        settings[name.rpartition(".")[2]] = " ".join(value.strip().strip("'\"").replace("\\n", " ").split())
    return settings
