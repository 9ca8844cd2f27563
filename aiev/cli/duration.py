"""Time spans as options."""

from __future__ import annotations

import re
from typing import Any

import click

_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd]?)")
_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


class Duration(click.ParamType[float]):
    """A time span such as `90s`, `30m`, `1.5h` or `1d`, in seconds; a plain number counts seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds, more than 0."""
        if isinstance(value, float):
            return value
        found = _SPAN.fullmatch(str(value).strip().lower())
        seconds = float(found[1]) * _SECONDS[found[2]] if found else 0.0
        if not seconds:
            self.fail(f"{value!r} is not a time span; write it as 90s, 30m, 2h or 1d", param, ctx)
        return seconds


DURATION = Duration()
