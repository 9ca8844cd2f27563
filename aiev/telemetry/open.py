"""Opens the observers that the configuration asks for.

Invariant: without being asked for, none is opened and no library of theirs is imported.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.errors import SetupError
from aiev.telemetry.operations import Observers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiev.config.settings import Settings
    from aiev.telemetry.operations import Observer


@contextmanager
def observers_of(settings: Settings) -> Iterator[Observers]:
    """The observers of a run, closed afterwards.

    Raises:
        UsageError: the log cannot be written.
        SetupError: an extra is missing, or the metrics' port is taken.
    """
    opened: list[Observer] = []
    try:
        if settings.telemetry.log_file:
            opened.append(_log(settings))
        if settings.telemetry.metrics_port:
            opened.append(_prometheus(settings.telemetry.metrics_port))
        if settings.telemetry.otel:
            opened.append(_otel(settings.model.backend))
        yield Observers(*opened)
    finally:
        for observer in opened:
            observer.close()


def _log(settings: Settings) -> Observer:
    from aiev.telemetry.json_log import JsonLog

    names = [settings.model.api_key_env, *(one.api_key_env or "" for one in settings.model.endpoints)]
    secrets = [value for name in names if name and (value := os.environ.get(name))]
    telemetry = settings.telemetry
    return JsonLog(Path(telemetry.log_file), secrets=secrets, prompts=telemetry.log_prompts)


def _prometheus(port: int) -> Observer:
    try:
        from aiev.telemetry.prometheus import PrometheusObserver
    except ImportError as error:
        raise _missing(error, "--metrics-port", "prometheus") from None
    return PrometheusObserver(port)


def _otel(software: str) -> Observer:
    try:
        from aiev.telemetry.otel import OtelObserver
    except ImportError as error:
        raise _missing(error, "telemetry.otel", "otel") from None
    return OtelObserver.exporting(software=software)


def _missing(error: ImportError, setting: str, extra: str) -> SetupError:
    return SetupError(f"{setting} needs {error.name}, which is not here: pip install 'aiev[{extra}]'")
