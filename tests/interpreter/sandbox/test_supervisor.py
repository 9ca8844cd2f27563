"""The supervisor outside a sandbox."""

import subprocess
import sys
from pathlib import Path

import aiev_interpreter

ROOT = str(Path(aiev_interpreter.__file__).parents[1])


def test_the_supervisor_refuses_to_run_outside_of_a_sandbox():
    start = (
        f"import sys; sys.path.insert(0, {ROOT!r}); from aiev_interpreter.sandbox import supervisor; supervisor.main()"
    )
    done = subprocess.run([sys.executable, "-I", "-c", start], capture_output=True, text=True, input="{}", check=False)
    assert done.returncode == 1
    assert "not process 1" in done.stderr
