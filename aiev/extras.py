"""Packages that only the extras of aiev install."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from aiev.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def extra(name: str, purpose: str) -> Iterator[None]:
    """Imports inside may fail for want of an extra.

    Args:
        name: of the extra.
        purpose: what needs it, as the first words of the error.

    Raises:
        SetupError: a package is not installed.
    """
    try:
        yield
    except ImportError as error:
        missing = (error.name or "a package").partition(".")[0]
        raise SetupError(f"{purpose} needs {missing}; install it with: pip install 'aiev[{name}]'") from None
