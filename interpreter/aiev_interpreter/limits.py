"""Limits of time, memory, processes, output and disk, each of them hard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiev_interpreter.settings import InstallSettings, InterpreterSettings

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one job. Every limit is hard; none can be switched off."""

    wall_seconds: float = 10.0
    cpu_seconds: float = 10.0
    memory_bytes: int = 512 * MIB
    processes: int = 64
    output_bytes: int = 64 * 1024
    """Output kept of each stream, half from its start and half from its end. Eight times as much ends the run."""
    disk_bytes: int = 64 * MIB
    """Size of the writable work directory."""
    install_seconds: float = 180.0
    install_bytes: int = 1024 * MIB
    """Size of the installed packages, and of their downloads."""

    @classmethod
    def of(cls, interpreter: InterpreterSettings, install: InstallSettings) -> Limits:
        """The limits in the settings."""
        return cls(
            wall_seconds=interpreter.wall_seconds,
            cpu_seconds=interpreter.cpu_seconds,
            memory_bytes=interpreter.memory_mib * MIB,
            processes=interpreter.processes,
            output_bytes=interpreter.output_kib * 1024,
            disk_bytes=interpreter.disk_mib * MIB,
            install_seconds=install.seconds,
            install_bytes=install.mib * MIB,
        )
