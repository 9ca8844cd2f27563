"""Opens the interpreter that the configuration names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiev.setup.errors import as_setup_errors
from aiev_interpreter import open_interpreter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aiev.config.settings import Settings
    from aiev_interpreter import Interpreter


async def build_interpreter(settings: Settings, languages: Iterable[str] = (), *, run_id: str) -> Interpreter:
    """Open the sandbox of the configuration, with the tools of these languages.

    Raises:
        SetupError: neither Docker nor bubblewrap works here.
    """
    with as_setup_errors():
        return await open_interpreter(settings.interpreter, settings.install, run_id=run_id, languages=languages)
