"""`aiev teach`: the teaching stage."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import click

from aiev.cli.shared import AS_JSON, DURATION, INTERRUPTED, configured, merged_config, print_json, print_view
from aiev_agents.languages import LANGUAGES


@click.command()
@click.argument("sources", nargs=-1)
@click.option("--db", type=click.Path(path_type=Path), default=Path("aiev.db"), show_default=True, help="Database.")
@click.option("--limit", type=click.IntRange(min=1), help="Take so many seeds.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="Of the problems; each seed's own without it.")
@click.option("--max-cost", type=click.FloatRange(min=0, min_open=True), help="Stop at so many US dollars.")
@click.option("--max-tokens", type=click.IntRange(min=1), help="Stop at so many tokens, read and written.")
@click.option("--max-accepted", type=click.IntRange(min=1), help="Stop at so many accepted dialogues.")
@click.option("--max-time", type=DURATION, help="Stop after so long, such as 90s, 30m, 2h or 1d.")
@click.option("--log-file", type=click.Path(path_type=Path), help="Append events to this file, as JSON lines.")
@click.option("--log-prompts", is_flag=True, help="Also write what the agents say into the log.")
@click.option(
    "--metrics-port", type=click.IntRange(min=1, max=65535), help="Serve Prometheus metrics on 127.0.0.1 at this port."
)
@configured
@AS_JSON
def teach(
    sources: tuple[str, ...],
    db: Path,
    limit: int | None,
    language: str | None,
    max_cost: float | None,
    max_tokens: int | None,
    max_accepted: int | None,
    max_time: float | None,
    log_file: Path | None,
    log_prompts: bool,
    metrics_port: int | None,
    files: tuple[Path, ...],
    assignments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make dialogues from the snippets in SOURCES (see `aiev seeds build --help`).

    Without SOURCES the snippets that ship with aiev are taken. The same command again goes on with what is missing.
    The limits of cost, tokens and accepted dialogues count over all starts of a run; a larger one goes on.
    """
    from aiev.cli.live import run_live
    from aiev.recipes.teach import Teaching
    from aiev.telemetry.open import observers_of
    from aiev.view.teach_panel import seeds_of
    from aiev.view.terminal.run_summary import RunSummary

    more = [*assignments]
    more += [f"run.limit={limit}"] if limit else []
    more += [f"dialogue.language={language}"] if language else []
    limits = {"cost": max_cost, "tokens": max_tokens, "accepted": max_accepted, "seconds": max_time}
    more += [f"limits.max_{name}={value}" for name, value in limits.items() if value is not None]
    more += [f"telemetry.log_file={json.dumps(str(log_file))}"] if log_file else []
    more += ["telemetry.log_prompts=true"] if log_prompts else []
    more += [f"telemetry.metrics_port={metrics_port}"] if metrics_port else []
    config = merged_config(files, tuple(more))
    seeds = seeds_of(config, sources or config.settings.seeds.sources, db)
    with observers_of(config.settings) as observers:
        teaching = Teaching(config, seeds.seeds, db, observers=observers)
        result, interrupted = asyncio.run(run_live(teaching, quiet=as_json))
    summary = RunSummary(result, db, seeds.funnel.summary(), interrupted=interrupted)
    if as_json:
        print_json(summary.as_dict())
    else:
        print_view(summary.table())
    if interrupted:
        sys.exit(INTERRUPTED)
