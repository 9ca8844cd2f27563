"""Where packages come from: the package index, the proxy and the certificates of the install phase.

An empty setting falls back to pip's own configuration, including its PIP_* environment variables, or to npm's.
Invariant: an index's credentials never leave the install phase.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiev_interpreter.packages import npm

if TYPE_CHECKING:
    from aiev_interpreter.settings import InstallSettings

CA_INSIDE = "/aiev/ca.pem"
"""Path of the certificates inside a sandbox."""
_CA_PATHS = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


def environment(settings: InstallSettings) -> dict[str, str]:
    """The installer's environment variables. Credentials are passed in no other way."""
    own = _pip_settings()
    index = settings.index_url or own.get("index-url")
    extra = settings.extra_index_url or own.get("extra-index-url")
    remote = " ".join(url for url in (extra or "").split() if url.startswith(("http://", "https://")))
    values: dict[str, str | None] = {
        "PIP_INDEX_URL": index,
        "PIP_EXTRA_INDEX_URL": remote,
        "PIP_PROXY": _proxy(settings),
    }
    values["PIP_TRUSTED_HOST"] = own.get("trusted-host")
    if certificates(settings):
        values["PIP_CERT"] = CA_INSIDE
    return {name: value for name, value in values.items() if value}


def npm_environment(settings: InstallSettings) -> dict[str, str]:
    """The same for npm, and for the Python that fetches it."""
    values: dict[str, str | None] = {"NPM_CONFIG_REGISTRY": npm.registry(settings), "HTTPS_PROXY": _proxy(settings)}
    if certificates(settings):
        values |= dict.fromkeys(("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"), CA_INSIDE)
    return {name: value for name, value in values.items() if value}


def certificates(settings: InstallSettings) -> Path | None:
    """The file of certificate authorities on this machine; None when there is none."""
    named = settings.ca_bundle or _pip_settings().get("cert") or os.environ.get("REQUESTS_CA_BUNDLE")
    paths = [Path(path) for path in (named, *_CA_PATHS) if path]
    return next((path for path in paths if path.is_file()), None)


def redacted(text: str, settings: InstallSettings) -> str:
    """The installer's output with the credentials in URLs replaced by `***`."""
    for secret in secrets(settings):
        text = text.replace(secret, "***")
    return text


def secrets(settings: InstallSettings) -> tuple[str, ...]:
    """The parts of the URLs that must never be shown, longest first."""
    values = (*environment(settings).values(), settings.npm_registry)
    parts = [urlsplit(word) for value in values for word in value.split()]
    found = [part.netloc.rpartition("@")[0] for part in parts if "@" in part.netloc]
    found += [part.password for part in parts if part.password]
    return tuple(sorted(set(found), key=len, reverse=True))


def _proxy(settings: InstallSettings) -> str | None:
    own = _pip_settings().get("proxy")
    return settings.proxy or own or os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy")


@cache
def _pip_settings() -> dict[str, str]:
    """Pip's configuration from `pip config list`, which includes its PIP_* environment variables."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    settings: dict[str, str] = {}
    for line in sorted(listed.split("\n"), key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        settings[name.rpartition(".")[2]] = " ".join(value.strip().strip("'\"").replace("\\n", " ").split())
    return settings
