"""The training process: `python -m aiev.student.training SPEC`.

Reports its progress as JSON Lines on standard output. Invariant: it ends when its standard input closes, so it never
outlives the aiev that started it; two trainings would overwrite each other's checkpoints.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from aiev.errors import AievError
from aiev.student.training.spec import TrainingSpec

NO_EXTRA = 3
"""Exit code when torch, transformers, trl or peft is not installed."""


def main(arguments: list[str]) -> int:
    """Train as the file says, and return the exit code."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    spec = TrainingSpec.read(Path(arguments[0]))
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ |= {"TQDM_DISABLE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    try:
        from aiev.student.training.trainer import train
    except ImportError as error:
        sys.stderr.write(f"{error}\n")
        return NO_EXTRA
    try:
        train(spec, _tell)
    except AievError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def _tell(event: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    while os.read(0, 4096):  # not sys.stdin: its lock, held by this thread, would block the exit of the process
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
