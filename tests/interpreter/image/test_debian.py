"""A base from the distribution's packages: what debootstrap is asked, and how its failure is told."""

import tarfile

import pytest

from aiev_interpreter import InterpreterUnavailable
from aiev_interpreter.image import debian

SOURCES = "Types: deb\nURIs: http://mirror.corp/debian\nSuites: bookworm\n"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A Debian machine of root's, whose debootstrap is a script."""
    monkeypatch.setattr(debian.os, "geteuid", lambda: 0)
    monkeypatch.setattr(debian, "_SOURCES", (tmp_path / "none", tmp_path / "sources"))
    release = {"ID": "debian", "VERSION_CODENAME": "bookworm"}
    monkeypatch.setattr(debian.platform, "freedesktop_os_release", lambda: release)
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources/debian.sources").write_text(SOURCES)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def debootstrap(script):
        (tmp_path / "debootstrap").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "debootstrap").chmod(0o755)

    return debootstrap


def test_the_machines_own_mirror_and_certificates_are_taken(machine, tmp_path):
    machine(f'mkdir -p "$5/etc/ssl/certs"; echo "$@" > {tmp_path}/asked')
    (tmp_path / "ca.pem").write_text("CA")
    debian.write_debian(tmp_path / "root.tar", tmp_path / "ca.pem")
    assert (tmp_path / "asked").read_text().endswith(" http://mirror.corp/debian\n")
    with tarfile.open(tmp_path / "root.tar") as archive:
        assert "./etc/ssl/certs/ca-certificates.crt" in archive.getnames()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo 'E: Failed getting release file' >&2; exit 1", "debootstrap failed: E: Failed getting release file"),
        ("exit 7", "debootstrap failed: exit code 7"),
    ],
)
def test_a_failure_is_told_in_its_own_words(machine, tmp_path, script, words):
    machine(script)
    with pytest.raises(InterpreterUnavailable, match=words):
        debian.write_debian(tmp_path / "root.tar", None)


def test_an_ordinary_user_is_told_that_it_needs_root(machine, monkeypatch):
    machine("exit 0")
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)
    assert debian.lacking() == "debootstrap needs root"
