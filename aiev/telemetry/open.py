"""Opens the observers that the configuration asks for.

Invariant: one that is not asked for is not opened, and its library is not imported.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, closing, contextmanager
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
        SetupError: an extra is missing, or the metrics port is taken.
    """
    with ExitStack() as stack:
        yield Observers(*(stack.enter_context(closing(observer)) for observer in _opened(settings)))


def _opened(settings: Settings) -> Iterator[Observer]:
    telemetry = settings.telemetry
    if telemetry.log_file:
        yield _log(settings)
    if telemetry.metrics_port:
        with extra("prometheus", "--metrics-port"):
            from aiev.telemetry.prometheus import PrometheusObserver
        yield PrometheusObserver(telemetry.metrics_port)
    if telemetry.otel:
        with extra("otel", "telemetry.otel"):
            from aiev.telemetry.otel import OtelObserver
        yield OtelObserver.exporting(software=settings.model.backend)


def _log(settings: Settings) -> Observer:
    from aiev.telemetry.json_log import JsonLog

    model, telemetry = settings.model, settings.telemetry
    secrets = [value for name in model.secret_variables if (value := os.environ.get(name))]
    return JsonLog(Path(telemetry.log_file), secrets=secrets, prompts=telemetry.log_prompts)
