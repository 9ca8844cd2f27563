"""`aiev config`: the configuration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from aiev.cli.options import AS_JSON, configured
from aiev.cli.printing import print_json, say

if TYPE_CHECKING:
    from aiev.config.layers import Config


@click.group("config")
def config_group() -> None:
    """Show the configuration."""


@config_group.command("show")
@configured
@AS_JSON
def config_show(config: Config, as_json: bool) -> None:
    """Print every value with its origin."""
    values = config.public()
    if as_json:
        print_json({"values": values, "origins": config.origins, "fingerprint": config.fingerprint})
        return
    width = max(len(name) for name in config.origins)
    for section, table in values.items():
        for key, value in table.items():
            name = f"{section}.{key}"
            say(f"{name:<{width}} = {json.dumps(value):<34} # {config.origins[name]}")
