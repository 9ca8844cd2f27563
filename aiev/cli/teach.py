"""`aiev teach`: the teaching stage."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from aiev.cli.shared import AS_JSON, INTERRUPTED, configured, merged_config, print_json, print_view
from aiev_agents.languages import LANGUAGES


@click.command()
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@click.option("--db", type=click.Path(path_type=Path), default=Path("aiev.db"), show_default=True, help="Database.")
@click.option("--limit", type=click.IntRange(min=1), help="Take so many seeds.")
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="Of the problems; each seed's own without it.")
@click.option("--log-file", type=click.Path(path_type=Path), help="Append events to this file, as JSON lines.")
@click.option("--log-prompts", is_flag=True, help="Also write what the agents say into the log.")
@click.option(
    "--metrics-port", type=click.IntRange(min=1, max=65535), help="Serve Prometheus metrics on 127.0.0.1 at this port."
)
@configured
@AS_JSON
def teach(
    sources: tuple[Path, ...],
    db: Path,
    limit: int | None,
    language: str | None,
    log_file: Path | None,
    log_prompts: bool,
    metrics_port: int | None,
    files: tuple[Path, ...],
    assignments: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make dialogues from the snippets in SOURCES (source files, folders, JSONL).

    Without SOURCES the snippets that ship with aiev are taken. The same command again goes on with what is missing.
    """
    from aiev.recipes.live import teach_with_panel  # noqa: PLC0415

    more = [*assignments]
    more += [f"run.limit={limit}"] if limit else []
    more += [f"dialogue.language={language}"] if language else []
    more += [f"telemetry.log_file={json.dumps(str(log_file))}"] if log_file else []
    more += ["telemetry.log_prompts=true"] if log_prompts else []
    more += [f"telemetry.metrics_port={metrics_port}"] if metrics_port else []
    config = merged_config(files, tuple(more))
    chosen = sources or tuple(Path(source) for source in config.settings.seeds.sources)
    summary = teach_with_panel(config, chosen, db, quiet=as_json)
    if as_json:
        print_json(summary.as_dict())
    else:
        print_view(summary.table())
    if summary.interrupted:
        sys.exit(INTERRUPTED)
