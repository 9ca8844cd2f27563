"""What a kind of sandbox must offer to the interpreter, which is the same for every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from aiev_interpreter.backends.pool import Sandbox, Sizes
    from aiev_interpreter.settings import InstallSettings


class Backend(Protocol):
    """Starts sandboxes."""

    name: str
    image: str
    python: str
    limits_processes: bool
    """Whether the supervisor must limit the number of processes."""

    def make(self, sizes: Sizes) -> Sandbox:
        """A started sandbox without a network; raises SandboxError."""
        ...

    def installer(self, sizes: Sizes, install: InstallSettings) -> Sandbox:
        """A started sandbox with a network and write access to the store of packages; raises SandboxError."""
        ...

    def pip_command(self) -> list[str]:
        """The command that starts pip inside the sandbox."""
        ...

    def close(self) -> None:
        """Remove everything that the backend created. May be called twice."""
        ...
