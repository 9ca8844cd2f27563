"""Makes the dialogues: `aiev teach` over the given problems, once for each policy, into one database.

Invariants: the same command goes on where a killed one stopped; a request that one policy has paid for is answered to
the next by the journal.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from aiev.config.layers import configs_dir

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

AIEV = (sys.executable, "-c", "from aiev.cli import main; main(prog_name='aiev')")
AS_GIVEN = ("seeds.kind=problem", "seeds.filters=[]", "dialogue.ask=false", "dialogue.language=python")
"""Each problem as it is; nothing is filtered out."""


def default_configs() -> list[str]:
    """The preset of Qwen2.5-Coder-1.5B, where there is one; else nothing, which takes the default model."""
    return ["qwen"] * (configs_dir() / "qwen.toml").is_file()


def teach_command(
    problems: Path, db: Path, policy: str, *, configs: Sequence[str] = (), settings: Sequence[str] = ()
) -> list[str]:
    """The command that makes the dialogues of one policy."""
    files = [word for config in configs for word in ("--config", config)]
    values = [word for value in (*AS_GIVEN, f"accept.policy={policy}", *settings) for word in ("--set", value)]
    return [*AIEV, "teach", str(problems), "--db", str(db), *files, *values]


def teach(command: Sequence[str]) -> None:
    """Run it, its progress on this terminal.

    Raises:
        SystemExit: it failed or was interrupted; the same command goes on.
    """
    done = subprocess.run(command, check=False, stdout=sys.stderr)
    if done.returncode:
        raise SystemExit(done.returncode)
