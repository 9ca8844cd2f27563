"""Text files that appear under their name whole or not at all."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from aiev.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def whole_file(path: Path, option: str) -> Iterator[TextIO]:
    """A file in UTF-8 that takes its name when the block ends without an error; until then an earlier one stays.

    What is no regular file, such as a pipe, is written to as it is.

    Args:
        path: the file.
        option: that named it, for the error.

    Raises:
        UsageError: it cannot be written.
    """
    target = path.resolve()
    is_special = target.exists() and not target.is_file()
    part = target if is_special else target.with_name(f".{target.name}.part")
    try:
        file = part.open("w", encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise UsageError(f"{option} {path}: cannot write there: {error.strerror}") from None
    try:
        with file:
            yield file
        if not is_special:
            part.replace(target)
    finally:
        if not is_special:
            part.unlink(missing_ok=True)
