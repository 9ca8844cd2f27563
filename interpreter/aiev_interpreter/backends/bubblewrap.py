"""The embedded sandbox: rootless bubblewrap, for machines without a Docker daemon.

A sandbox has user, PID, network, IPC, UTS and cgroup namespaces of its own. It sees `/usr` and the Python installation
read-only, and can write to memory file systems of limited size. Invariant: while a program runs, the sandbox contains
no home folder, no environment variables of the host, and no network. Not covered: kernel bugs, since the sandbox shares
the host's kernel.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev_interpreter.backends import outcome, owners
from aiev_interpreter.backends.lines import CHUNK, DeadlineError, LineReader, wait_for, write_all
from aiev_interpreter.backends.pool import Answer, Sizes
from aiev_interpreter.backends.request import CODE, ENVIRONMENT, HOSTNAME, PACKAGES, WORK, supervisor_command
from aiev_interpreter.backends.stage import (
    IDENTITY,
    OWNER_FILE,
    PACKAGE,
    STAGE_PREFIX,
    Stage,
)
from aiev_interpreter.errors import SandboxError
from aiev_interpreter.host_python import find_python, version_of
from aiev_interpreter.packages.index import CA_INSIDE, certificates

if TYPE_CHECKING:
    from aiev_interpreter.settings import InstallSettings

NOBODY = 65534
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin")
_SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives")
"""What the host's compilers and runtimes need besides `/usr`. Java's folders are added where they exist."""
_SEALED = ("--remount-ro", "/dev", "--remount-ro", "/")
_SHARED_MEMORY_BYTES = 64 * 1024 * 1024
_NETWORK_FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf")


class BubblewrapBackend:
    """Starts bubblewrap sandboxes."""

    name = "bubblewrap"
    limits_processes = True
    """RLIMIT_NPROC limits them: it counts within the sandbox's own user namespace."""

    def __init__(self) -> None:
        self.python = find_python()
        self.image = f"host-python-{version_of(self.python)}"
        self._stage = Stage(self.python)
        self._packages = _store(self.image)

    def make(self, sizes: Sizes) -> BubblewrapSandbox:
        """A started sandbox without a network.

        Raises:
            SandboxError: bubblewrap cannot be started.
        """
        return self._start(sizes, ["--ro-bind", str(self._packages), PACKAGES])

    def installer(self, sizes: Sizes, install: InstallSettings) -> BubblewrapSandbox:
        """A started sandbox with a network and write access to the store of packages.

        Raises:
            SandboxError: bubblewrap cannot be started.
        """
        binds = ["--bind", str(self._packages), PACKAGES, "--ro-bind", str(self._stage.pip()), f"{CODE}/pip"]
        return self._start(sizes, [*binds, *_network_binds(install), "--share-net"])

    def pip_command(self) -> list[str]:
        """The command that starts pip inside the sandbox."""
        return [self.python, "-B", f"{CODE}/pip"]

    def close(self) -> None:
        """Remove the staged files. May be called twice."""
        self._stage.close()

    def _start(self, sizes: Sizes, extra: list[str]) -> BubblewrapSandbox:
        inner = supervisor_command(self.python)
        binds = [*_binds(self.python, self._stage.folder), *extra]
        command = [str(self._stage.bwrap), *_isolation(sizes), *binds, *_SEALED, "--", *inner]
        try:
            return BubblewrapSandbox(command)
        except OSError as error:
            raise SandboxError(f"bubblewrap could not be started: {error}") from None


class BubblewrapSandbox:
    """A running bubblewrap whose supervisor reads requests from its standard input."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            bufsize=0,
            **_unprivileged(),
        )
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None  # noqa: S101 - a pipe was requested above
        assert stdout is not None  # noqa: S101
        self._input, self._output = stdin.fileno(), stdout.fileno()
        os.set_blocking(self._input, False)
        self._lines = LineReader(self._receive)

    def ask(self, request: dict[str, Any], seconds: float) -> Answer:
        """See `Sandbox.ask`."""
        deadline = time.monotonic() + seconds
        try:
            write_all(self._input, json.dumps(request).encode() + b"\n", deadline)
            line = self._lines.line(deadline)
        except DeadlineError:
            return Answer(None)
        except OSError:
            line = b""
        if line:
            return Answer(outcome.parse_document(line))
        raise SandboxError(f"the sandbox ended: {self._words() or 'without a word'}")

    def close(self) -> None:
        """Kill bubblewrap, and with it everything inside."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _receive(self, deadline: float) -> bytes:
        wait_for(self._output, select.POLLIN, deadline)
        return os.read(self._output, CHUNK)

    def _words(self) -> str:
        """What bubblewrap wrote to standard error before it ended."""
        self._process.kill()
        stderr = self._process.stderr
        words = stderr.read() if stderr is not None else b""
        return " ".join(words.decode(errors="replace").split())[-300:]


def _isolation(sizes: Sizes) -> list[str]:
    """Options for namespaces, identity, and writable folders."""
    return [
        *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"),
        *("--uid", str(NOBODY), "--gid", str(NOBODY), "--hostname", HOSTNAME),
        *("--as-pid-1", "--proc", "/proc", "--dev", "/dev"),
        *("--size", str(_SHARED_MEMORY_BYTES), "--tmpfs", "/dev/shm"),  # noqa: S108 - inside the sandbox
        *("--size", str(sizes.disk_bytes), "--tmpfs", WORK),
        *("--size", str(sizes.disk_bytes), "--tmpfs", "/tmp"),  # noqa: S108 - inside the sandbox
        *("--chdir", WORK),
        *(part for name, value in ENVIRONMENT.items() for part in ("--setenv", name, value)),
    ]


def _binds(python: str, stage: Path) -> list[str]:
    """Options for what the sandbox sees of this machine, all of it read-only."""
    binds: list[str] = []
    for folder in _SYSTEM:
        path = Path(folder)
        if path.is_symlink():
            binds += ["--symlink", str(path.readlink()), folder]
        elif path.is_dir():
            binds += ["--ro-bind", folder, folder]
    prefix = Path(python).parent.parent
    if not prefix.is_relative_to("/usr"):
        binds += ["--ro-bind", str(prefix), str(prefix)]
    binds += ["--ro-bind", str(stage / PACKAGE), f"{CODE}/{PACKAGE}"]
    for path in (stage / IDENTITY).iterdir():
        binds += ["--ro-bind", str(path), f"/etc/{path.name}"]
    for path in (*map(Path, _SETTINGS), *Path("/etc").glob("java-*")):
        if path.exists():
            binds += ["--ro-bind", str(path), str(path)]
    return binds


def _store(image: str) -> Path:
    """The folder of installed packages; for root, one that the sandbox's user can enter and write to."""
    root = os.geteuid() == 0
    base = Path("/var/cache") if root else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "aiev" / "packages" / image
    folder.mkdir(parents=True, exist_ok=True)
    if root:
        for part in (folder.parent.parent, folder.parent):
            part.chmod(0o755)
        os.chown(folder, NOBODY, NOBODY)
    return folder


def reap() -> int:
    """Remove staged files of dead runs, whose sandboxes have ended with them; returns how many."""
    removed = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{STAGE_PREFIX}*"):
        with contextlib.suppress(OSError):
            if owners.is_dead((folder / OWNER_FILE).read_text(encoding="ascii")):
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
    return removed


def remove_packages() -> int:
    """Remove every store of packages; returns how many."""
    stores = list(_store("any").parent.iterdir())
    for store in stores:
        shutil.rmtree(store, ignore_errors=True)
    return len(stores)


def _network_binds(settings: InstallSettings) -> list[str]:
    """Options for what the install phase also sees: name resolution and certificates."""
    binds: list[str] = []
    for file in map(Path, _NETWORK_FILES):
        if file.exists():
            binds += ["--ro-bind", str(file.resolve()), str(file)]
    if bundle := certificates(settings):
        binds += ["--ro-bind", str(bundle.resolve()), CA_INSIDE]
    return binds


def _unprivileged() -> dict[str, Any]:
    """Options of Popen. For root, bubblewrap runs as nobody, so root's file access does not reach the sandbox."""
    if os.geteuid() != 0:
        return {"env": {}}
    return {"env": {}, "user": NOBODY, "group": NOBODY, "extra_groups": []}
