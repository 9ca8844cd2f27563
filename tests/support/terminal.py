"""What a terminal shows of a renderable."""

import io

from rich.console import Console


def shown(renderable):
    """The text, 110 columns wide."""
    out = io.StringIO()
    Console(file=out, width=110, force_terminal=False).print(renderable, markup=False)
    return out.getvalue()
