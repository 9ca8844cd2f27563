import io

import pytest
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from aiev.run.progress import Progress
from aiev.view.terminal.console import VisibleConsole
from aiev.view.terminal.panel import panel
from aiev.view.terminal.tables import pairs

HOSTILE = "\x1b]0;owned\x07 \x9b31m \u202egnp.exe \u2066x \U000e0041"
STEERS = set("\x1b\x9b\x07\u202e\u2066\U000e0041")


@pytest.mark.parametrize(
    "renderable",
    [
        HOSTILE,
        Text(HOSTILE, "red"),
        Panel("x", title=Text(HOSTILE)),
        pairs([(HOSTILE, HOSTILE)]),
        panel(Progress(total=1), HOSTILE),
    ],
    ids=["text", "styled", "title", "table", "the panel of a run"],
)
def test_nothing_that_is_rendered_steers_the_terminal(renderable):
    file = io.StringIO()
    VisibleConsole(file=file, width=200).print(renderable, markup=False)
    assert not set(file.getvalue()) & STEERS
    assert "\\u202e" in file.getvalue()


def test_richs_own_codes_still_reach_a_terminal():
    file = io.StringIO()
    console = VisibleConsole(file=file, width=80, force_terminal=True, color_system="standard")
    with Live(Text("moving", "red"), console=console, refresh_per_second=1):
        pass
    assert "\x1b[31mmoving" in file.getvalue()
    assert "\x1b[?25l" in file.getvalue()
    assert "\\x1b" not in file.getvalue()
