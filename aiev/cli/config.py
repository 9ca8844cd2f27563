"""`aiev config`: look at the configuration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from aiev.cli.shared import AS_JSON, configured, merged_config, print_json

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def config() -> None:
    """Look at the configuration."""


@config.command("show")
@configured
@AS_JSON
def config_show(files: tuple[Path, ...], assignments: tuple[str, ...], as_json: bool) -> None:
    """Print every value with its origin."""
    merged = merged_config(files, assignments)
    values = merged.public()
    if as_json:
        print_json({"values": values, "origins": merged.origins, "fingerprint": merged.fingerprint})
        return
    width = max(len(name) for name in merged.origins)
    for section, table in values.items():
        for key, value in table.items():
            name = f"{section}.{key}"
            click.echo(f"{name:<{width}} = {json.dumps(value):<34} # {merged.origins[name]}")
