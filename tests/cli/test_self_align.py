import json

import pytest

RESPONSE = """Add.

```python
def add(a, b):
    return a + b
```

Unit tests:
```python
assert add(1, 2) == 3
assert add(0, 5) == 5
assert add(-1, 1) == 0
```
"""
SCRIPT = [
    "addition, numbers",
    "Write a function `add(a, b)` that takes two numbers and returns their sum.",
    RESPONSE,
]
KNOBS = (
    *("--set", "model.backend=scripted", "--set", "model.script=script.json", "--set", "accept.policy=tests"),
    *("--set", "interpreter.backend=bubblewrap", "--responses", "1", "--limit", "1"),
)


@pytest.fixture
def script(tmp_path):
    (tmp_path / "script.json").write_text(json.dumps(SCRIPT))


@pytest.mark.usefixtures("script")
def test_a_run_prints_its_funnel(aiev):
    done = aiev("self-align", *KNOBS)
    assert done.exit_code == 0, done.stderr
    assert "1 seeds → 1 with concepts → 1 instructions (1 distinct) → 1 solved" in " ".join(done.stdout.split())
    assert "1 of 1 pass their tests (100%)" in done.stdout


@pytest.mark.usefixtures("script")
def test_the_same_command_again_has_nothing_to_do_and_says_the_same_as_data(aiev):
    aiev("self-align", *KNOBS)
    again = json.loads(aiev("self-align", "--json", *KNOBS).stdout)
    assert (again["already_done"], again["tokens"]["written"]) == (1, 0)
    assert (again["funnel"]["kept"], again["funnel"]["reasons"]) == (1, {})
