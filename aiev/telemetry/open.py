"""Opens the observers that the configuration asks for.

Invariant: without being asked for, none is opened and no library of theirs is imported.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aiev.extras import extra
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
    with extra("prometheus", "--metrics-port"):
        from aiev.telemetry.prometheus import PrometheusObserver
    return PrometheusObserver(port)


def _otel(software: str) -> Observer:
    with extra("otel", "telemetry.otel"):
        from aiev.telemetry.otel import OtelObserver
    return OtelObserver.exporting(software=software)
