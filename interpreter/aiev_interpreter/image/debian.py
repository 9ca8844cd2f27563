"""A base image from the distribution's own packages, made by debootstrap.

Not covered: distributions without debootstrap, and users other than root, whom it refuses.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from aiev_interpreter.errors import InterpreterUnavailable

SECONDS = 1800
_PACKAGES = "python3,python3-pip,ca-certificates"
_SOURCES = (Path("/etc/apt/sources.list"), Path("/etc/apt/sources.list.d"))
_DEFAULT_MIRRORS = {"debian": "http://deb.debian.org/debian", "ubuntu": "http://archive.ubuntu.com/ubuntu"}


def lacking() -> str:
    """What debootstrap lacks here, in words; empty when it can be tried."""
    if shutil.which("debootstrap") is None:
        return "debootstrap is not installed"
    if os.geteuid() != 0:
        return "debootstrap needs root"
    return "" if _release()[0] in _DEFAULT_MIRRORS else "this machine runs neither Debian nor Ubuntu"


def write_debian(target: Path, certificates: Path | None) -> None:
    """Write the image's root as a tar file.

    Args:
        target: the tar file.
        certificates: file of the certificate authorities to trust.

    Raises:
        InterpreterUnavailable: debootstrap is missing here, or failed.
    """
    if words := lacking():
        raise InterpreterUnavailable(words)
    distribution, codename = _release()
    with tempfile.TemporaryDirectory(prefix="aiev-base-") as folder:
        root = Path(folder) / "root"
        components = "main,universe" if distribution == "ubuntu" else "main"
        options = ("--variant=minbase", f"--include={_PACKAGES}", f"--components={components}")
        _run(["debootstrap", *options, codename, str(root), _mirror(distribution)])
        if certificates:
            shutil.copy(certificates, root / "etc/ssl/certs/ca-certificates.crt")
        with tarfile.open(target, mode="w") as archive:
            archive.add(root, arcname=".", filter=_without_devices)


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InterpreterUnavailable(f"debootstrap failed: {error}") from None
    if done.returncode:
        words = " ".join((done.stderr or done.stdout).split())[-200:]
        raise InterpreterUnavailable(f"debootstrap failed: {words or f'exit code {done.returncode}'}")


def _without_devices(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if member.isdev() else member


def _release() -> tuple[str, str]:
    """The distribution and the codename of its release."""
    try:
        found = platform.freedesktop_os_release()
    except OSError:
        return "", ""
    return found.get("ID", ""), found.get("VERSION_CODENAME", "")


def _mirror(distribution: str) -> str:
    """The mirror that this machine's own packages come from, else the distribution's."""
    files = [path for place in _SOURCES for path in ([place] if place.is_file() else sorted(place.glob("*")))]
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
    pattern = rf"^(?:URIs:|deb(?: \[[^\]\n]*\])?)\s+(https?://[^\s@]+/{distribution}/?)(?=\s)"
    found = re.search(pattern, text + "\n", re.MULTILINE)
    return found.group(1) if found else _DEFAULT_MIRRORS[distribution]
