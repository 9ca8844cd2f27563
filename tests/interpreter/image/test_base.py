"""What the image is built on, with a registry, without one, and where nothing can be made."""

import logging
import re

import pytest
from support.docker_daemon import Daemon

from aiev_interpreter import InterpreterUnavailable
from aiev_interpreter.image.base import LOCAL_BASE, find_base, foresee_base
from aiev_interpreter.settings import AUTO, PYTHON_IMAGE

PACKAGES, MACHINE = "aiev-base:packages", "aiev-base:machine"


@pytest.fixture
def no_debootstrap(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")


def made(daemon, **options):
    return find_base(daemon, AUTO, **{"packages": False} | options)


@pytest.mark.parametrize(
    ("here", "registry", "taken"),
    [
        ({PYTHON_IMAGE, LOCAL_BASE}, (), PYTHON_IMAGE),
        ({LOCAL_BASE}, {PYTHON_IMAGE}, PYTHON_IMAGE),
        ({LOCAL_BASE, MACHINE}, (), LOCAL_BASE),
        ({MACHINE}, (), MACHINE),
    ],
)
def test_auto_takes_the_best_base_that_can_be_had(no_debootstrap, here, registry, taken):
    daemon = Daemon(here, registry)
    assert made(daemon) == taken
    assert daemon.imported == []


def test_without_a_registry_a_base_is_made_once_and_said(caplog):
    daemon = Daemon()
    with caplog.at_level(logging.INFO, "aiev_interpreter"):
        assert (made(daemon), made(daemon), daemon.imported) == (MACHINE, MACHINE, [MACHINE])
    assert caplog.text.count("making the base image aiev-base:machine from this machine's Python, once") == 1


def test_what_failed_is_said_with_all_reasons(no_debootstrap):
    with pytest.raises(InterpreterUnavailable) as caught:
        made(Daemon(), packages=True)
    words = str(caught.value)
    assert "no such host" in words
    assert "debootstrap is not installed" in words
    assert "takes no packages" in words
    assert words.endswith("set interpreter.base_image to an image that is here")


def test_a_base_that_is_named_is_the_only_one(no_debootstrap):
    daemon = Daemon({LOCAL_BASE, MACHINE})
    with pytest.raises(InterpreterUnavailable, match=r"corp:1 is not here and cannot be pulled .*no such host"):
        find_base(daemon, "corp:1", packages=False)


@pytest.mark.parametrize(
    ("daemon", "base", "words"),
    [
        (Daemon({PYTHON_IMAGE}), AUTO, f"on {PYTHON_IMAGE}"),
        (Daemon((), {PYTHON_IMAGE}), AUTO, "pulled first"),
        (Daemon(), AUTO, "can be pulled .*no such host.*, else on a base made from this machine's Python"),
        (Daemon((), {"corp:1"}), "corp:1", "on corp:1, which is pulled first"),
    ],
)
def test_what_would_be_built_is_foreseen_and_nothing_is_done(no_debootstrap, daemon, base, words):
    assert re.search(words, foresee_base(daemon, base))
    assert (daemon.pulled, daemon.imported) == ([], [])


def test_a_base_that_cannot_be_had_is_foreseen_too():
    with pytest.raises(InterpreterUnavailable, match=r"corp:1 is not here"):
        foresee_base(Daemon(), "corp:1")
