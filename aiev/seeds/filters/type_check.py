"""A filter that asks a type checker, a batch at a time.

Each Python function is a file of its own in an empty folder; one run of mypy or Pyright checks all of them, and a
function with an error is dropped. Imports that cannot be resolved do not count: the function may still be right.
Nothing is executed. Not covered: other languages, whose functions pass.

Source: SelfCodeAlign drops functions that Pyright finds errors in (`seed_gathering/high_quality_subset.py` of
bigcode-project/starcoder2-self-align); which kinds of errors count is our choice.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.errors import SetupError
from aiev.extras import extra
from aiev.seeds.filters.filter import Drop
from aiev.seeds.filters.python_function import python_tree
from aiev_agents.lines import first_line_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.seeds.snippet import Snippet

_MYPY_LINE = re.compile(r"^(?P<file>f\d+)\.py:\d+(?::\d+)*: error: (?P<message>.*?)(?:\s+\[[\w-]+\])?$")
_MYPY_OPTIONS = (
    *("--config-file=", "--cache-dir=/dev/null", "--no-error-summary", "--hide-error-context", "--no-color-output"),
    *("--ignore-missing-imports", "--follow-imports=skip", "--check-untyped-defs", "--no-site-packages"),
    *("--no-incremental", "--disable-error-code=no-redef", "--disable-error-code=var-annotated"),
)
_PYRIGHT_RULES = {
    "typeCheckingMode": "basic",
    "reportMissingImports": "none",
    "reportMissingModuleSource": "none",
    "reportSelfClsParameterName": "none",
    "reportAttributeAccessIssue": "none",
}
_DETAIL_CHARS = 200


@dataclass(slots=True)
class TypeCheck:
    """Drops functions that a type checker finds errors in."""

    checker: str = "mypy"
    """`mypy` or `pyright`."""
    seconds: float = 300.0
    """Limit of one batch; a batch that takes longer is kept."""
    name: str = "type_check"

    def judge(self, batch: Sequence[Snippet]) -> list[Drop | None]:
        """See `Filter.judge`.

        Raises:
            SetupError: the checker is not installed.
        """
        looked_at = {
            f"f{index}": snippet.content
            for index, snippet in enumerate(batch)
            if python_tree(snippet) is not None  # one that does not parse would end the check of all
        }
        errors = self._errors(looked_at) if looked_at else {}
        return [
            Drop("type_error", errors[name][:_DETAIL_CHARS]) if (name := f"f{index}") in errors else None
            for index in range(len(batch))
        ]

    def _errors(self, texts: dict[str, str]) -> dict[str, str]:
        """The first error of each file that has one."""
        with tempfile.TemporaryDirectory(prefix="aiev-types-") as folder:
            for name, text in texts.items():
                (Path(folder) / f"{name}.py").write_text(text, encoding="utf-8", errors="replace")
            return _with_mypy(folder, self.seconds) if self.checker == "mypy" else _with_pyright(folder, self.seconds)


def _with_mypy(folder: str, seconds: float) -> dict[str, str]:
    with extra("seeds", "the filter `type_check`"):
        importlib.import_module("mypy")
    output = _output([sys.executable, "-m", "mypy", *_MYPY_OPTIONS, "."], folder, seconds)
    found = [match for line in output.split("\n") if (match := _MYPY_LINE.match(line))]
    return {match["file"]: match["message"] for match in reversed(found)}


def _with_pyright(folder: str, seconds: float) -> dict[str, str]:
    program = next((found for name in ("pyright", "basedpyright") if (found := _program(name))), None)
    if program is None:
        raise SetupError(
            "the filter `type_check` needs pyright: pip install basedpyright, or filters.type_checker = mypy"
        )
    (Path(folder) / "pyrightconfig.json").write_text(json.dumps(_PYRIGHT_RULES))
    output = _output([program, "--outputjson", "-p", folder], folder, seconds)
    try:
        found = json.loads(output)["generalDiagnostics"]
    except (ValueError, KeyError, TypeError):
        if not output:
            return {}
        raise SetupError(f"{program} does not work here: {first_line_of(output)}") from None
    errors = [one for one in found if one.get("severity") == "error"]
    return {Path(one["file"]).stem: first_line_of(str(one["message"])) for one in reversed(errors)}


def _program(name: str) -> str | None:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


def _output(command: list[str], folder: str, seconds: float) -> str:
    """What a checker says; nothing when it took too long."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MYPY", "PYTHONPATH"))}
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False, env=environment
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout or done.stderr
