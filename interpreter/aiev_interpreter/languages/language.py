"""A language: its names, its packages, and how one job is laid out, compiled and run.

Invariant: a `Plan` is made on the host from texts alone; nothing of a job is executed while it is made. At run time
every language follows one protocol. The support code reads one line `TOKEN MODE` from descriptor 4 before any code of
the program runs. When the tests have finished without a failure, it writes one line
`TOKEN {"assertions": N, "completed": true, "error": ""}` to descriptor 3 and exits with 0. In the mode `sabotage`
every assertion fails, even if it holds. A report may have `sites`: line, source and count of each assertion that held.
Then a language can have further modes (`Language.mutants`), in which the program's functions are replaced, and no
failing assertion ends the tests. Their line is `TOKEN MODE NOTES`, with the `notes` of the first report, if it has any.
Not covered: limits and isolation, which the supervisor and the sandbox provide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiev_interpreter.protocol import MIB

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SUPPORT = "/aiev/aiev_interpreter/sandbox/support"
"""Folder of the languages' support files in the sandbox, read-only."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The files and commands of one job."""

    files: Mapping[str, str]
    """Texts by path, relative to the work folder."""
    compile: tuple[tuple[str, ...], ...]
    """Commands that run before the program, in order. A non-zero exit ends the job with the compiler's stderr."""
    run: tuple[str, ...]
    """The command that runs program and tests; empty for Python, which runs in a fork of the fork server."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables that are added to the environment of every command."""


def _always(_program: str, _tests: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Trial:
    """A small right program with its tests, by which tools show that they work."""

    what: str
    """What works then: the language, or a part of it."""
    program: str
    tests: str
    needed: Callable[[str, str], bool] = _always
    """Whether a program and its tests need that part."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language of programs and tests."""

    name: str
    """The value of `Job.language`."""
    title: str
    """The name that people write."""
    aliases: tuple[str, ...]
    """Other names that commands and configurations accept."""
    fences: tuple[str, ...]
    """Info strings of Markdown fences, the usual one first."""
    extension: str
    """Extension of source files, without the dot. The program is `solution.EXTENSION`, the tests `tests.EXTENSION`."""
    packages: tuple[str, ...]
    """Debian bookworm packages that the image needs."""
    probe: tuple[str, ...]
    """A command that succeeds if the tools are installed."""
    plan: Callable[[str, str], Plan]
    """Makes the plan from program and tests."""
    trials: tuple[Trial, ...] = ()
    """What must work before a program is blamed; empty for Python, in which the supervisor itself runs."""
    compile_seconds: float = 30.0
    """Wall-clock limit of each compile command."""
    compile_memory_bytes: int = 1024 * MIB
    """Memory limit of each compile command."""
    memory_bytes: int = 0
    """Memory that the runtime itself needs, added to the limit of the job."""
    mutants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Modes in which the tests run again against a changed program, by the reason for which an assertion that holds in
    all of them proves nothing: `raises`, `constant` (`backends/outcome.py`). Python has them in its twin."""
    image_steps: tuple[str, ...] = ()
    """Shell lines that build the image's ready packages, in a folder with the files of `support/LANGUAGE/ready`."""
