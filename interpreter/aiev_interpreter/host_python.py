"""The Python of this machine that programs can run under.

Invariant: nothing is installed, and only `version_of` starts a process.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

from aiev_interpreter.errors import InterpreterUnavailable


def own_python() -> Path:
    """The base installation of the Python that runs this process."""
    return Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"


def find_python() -> str:
    """The Python that programs run under: the base installation of this one if all can reach it, else the system's.

    Raises:
        InterpreterUnavailable: there is none that every user can read.
    """
    for candidate in (own_python(), Path("/usr/local/bin/python3"), Path("/usr/bin/python3")):
        if candidate.exists() and (os.geteuid() != 0 or _open_to_all(candidate.resolve())):
            return str(candidate.resolve())
    raise InterpreterUnavailable(
        "bubblewrap needs a Python that every user may read; as root, install one under /usr (apt-get install python3)"
    )


def version_of(python: str) -> str:
    """The version of a Python as it prints it."""
    command = [python, "-I", "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def _open_to_all(path: Path) -> bool:
    """Whether any user can enter every folder above `path`."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
