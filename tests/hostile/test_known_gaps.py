"""The list of known gaps names tests that exist."""

import re
from pathlib import Path

from hostile.conftest import BACKENDS, KNOWN_GAPS


def test_each_known_gap_names_a_test_of_this_folder():
    sources = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    functions = set(re.findall(r"def (test_\w+)", sources))
    assert {name.partition("[")[0] for _, name in KNOWN_GAPS} <= functions
    assert {backend for backend, _ in KNOWN_GAPS} <= set(BACKENDS)
    cases = {case for _, name in KNOWN_GAPS for case in re.findall(r"\[(.*)\]", name)}
    assert [case for case in cases if f'"{case}"' not in sources and f'"{case.partition("-")[2]}"' not in sources] == []
