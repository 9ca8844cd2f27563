"""How commands end: errors as one line on standard error, and exit codes.

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted; `aiev.errors` has the code of each error.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import click

from aiev.cli.printing import say
from aiev.errors import AievError

INTERRUPTED = 130


class _OnStderr(logging.Handler):
    """Shows what the interpreter says while it opens, and what clients learn of endpoints, in one line each."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record."""
        if record.levelno >= _SAID[record.name]:
            fields = getattr(record, "fields", {})
            say(f"aiev: {fields.get('message') or record.getMessage()}", err=True)


_ON_STDERR = _OnStderr()
_SAID = {"aiev_interpreter": logging.INFO, "aiev_agents": logging.WARNING}
"""Loggers that are heard, and from which level on."""


class Group(click.Group):
    """A group whose commands end with one line and an exit code where they raise one of our errors."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        for name, level in _SAID.items():
            logger = logging.getLogger(name)
            logger.setLevel(level)
            logger.addHandler(_ON_STDERR)
        try:
            return super().invoke(ctx)
        except AievError as error:
            say(f"aiev: {error}", err=True)
            ctx.exit(error.exit_code)
        except BrokenPipeError:
            sys.stderr.close()
            ctx.exit(0)
