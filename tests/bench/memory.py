"""The highest memory of a program and all the processes that it starts."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

_SAMPLE_SECONDS = 0.2


class Peak:
    """Samples the memory of all processes of a session: what each has to itself, and its share of the rest."""

    def __init__(self, session: int) -> None:
        self._session = session
        self._highest = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> float:
        """Gigabytes at the highest sample."""
        self._stop.set()
        self._thread.join()
        return self._highest / 1e6

    def _watch(self) -> None:
        while not self._stop.wait(_SAMPLE_SECONDS):
            self._highest = max(self._highest, sum(map(_kilobytes, self._processes())))

    def _processes(self) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if os.getsid(int(entry.name)) == self._session:
                        found.append(int(entry.name))
                except OSError:
                    continue
        return found


def _kilobytes(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) if found else 0
