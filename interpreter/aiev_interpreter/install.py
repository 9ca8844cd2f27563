"""Packages that a program asks for: parsed, never run as shell, and installed before the run.

`parse_install` reads a reply's shell block. `InstallSettings` says where packages come from: pip's own settings unless
given. Invariants: what reaches pip is a list of validated requirement strings; only wheels are installed, so no
package's code runs while there is a network; credentials of an index never leave the install phase.
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

from aiev_interpreter.outcome import PACKAGES

_PIP = re.compile(r"^[!%$]?\s*(?:python[\d.]*\s+-m\s+)?(?:uv\s+)?pip[\d.]*\s+install\s+(?P<rest>.*)$")
_OPTIONS_WITH_VALUE = {"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t", "--target", "-c"}
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

    Names of the standard library are left out with a note, since no package can provide them.
    """
    wanted: list[str] = []
    refused: list[str] = []
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _PIP.match(stripped)
        if not match:
            refused.append(f"{stripped[:80]}: only pip install lines are carried out")
            continue
        _parse_arguments(match["rest"], wanted, refused)
    return InstallPlan(tuple(dict.fromkeys(wanted)), tuple(refused))


def _parse_arguments(text: str, wanted: list[str], refused: list[str]) -> None:
    try:
        words = shlex.split(text, comments=True)
    except ValueError:
        refused.append(f"{text[:80]}: unbalanced quotes")
        return
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = not skip and word in _OPTIONS_WITH_VALUE
            if word in {"-r", "-e", "--requirement", "--editable"}:
                refused.append(f"{word}: files and local projects are not installed")
                skip = True
        elif any(mark in word for mark in "&|;<>$`") and not re.search(r"[<>=!~]=|[<>]\d", word):
            refused.append(f"{word}: not a package name")
            break
        else:
            _accept(word, wanted, refused)


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

    def secrets(self) -> tuple[str, ...]:
        """Parts of the addresses that must never be shown."""
        parts = [urlsplit(word) for value in self.environment().values() for word in value.split()]
        return tuple(part.netloc.rpartition("@")[0] for part in parts if "@" in part.netloc)


@cache
def _pip_settings() -> dict[str, str]:
    """pip's own settings: `pip config list`, which includes its PIP_* environment variables."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    settings: dict[str, str] = {}
    for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        settings[name.rpartition(".")[2]] = " ".join(value.strip().strip("'\"").replace("\\n", " ").split())
    return settings


def pip_arguments(requirements: tuple[str, ...]) -> list[str]:
    """Arguments of `pip install`: wheels only, into `PACKAGES`, asking nothing and caching nothing."""
    return [
        "install",
        *("--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir", "--root-user-action=ignore"),
        *("--only-binary=:all:", "--target", PACKAGES, "--", *requirements),
    ]


def installed_versions(folders: list[str]) -> tuple[str, ...]:
    """`name==version` for each `.dist-info` folder name."""
    pairs = [folder.removesuffix(".dist-info").rpartition("-") for folder in folders if folder.endswith(".dist-info")]
    return tuple(sorted(f"{name}=={version}" for name, _, version in pairs))
