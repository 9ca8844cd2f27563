"""`aiev models`: the weights of embedded models."""

from __future__ import annotations

import click

from aiev.cli.shared import AS_JSON, merged_config, print_json


@click.group()
def models() -> None:
    """Look at and fetch the weights of embedded models."""


@models.command("list")
@AS_JSON
def models_list(as_json: bool) -> None:
    """List the models that can be fetched."""
    from aiev_agents.clients.weights import KNOWN, find_weights

    rows = [
        {
            "name": it.name,
            "megabytes": it.megabytes,
            "licence": it.licence,
            "about": it.about,
            "path": str(path) if (path := find_weights(it.name)) else None,
        }
        for it in KNOWN.values()
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(
            f"{row['name']}: {row['megabytes']} MB, {row['licence']}, {row['about']}; {row['path'] or 'not here'}"
        )


@models.command("fetch")
@click.argument("names", nargs=-1)
def models_fetch(names: tuple[str, ...]) -> None:
    """Fetch the weights of NAMES (the default model without any), once."""
    from aiev.setup.errors import as_setup_errors
    from aiev_agents.clients.weights import fetch_weights

    for name in names or (merged_config((), ()).settings.model.name,):
        with as_setup_errors():
            click.echo(f"{name}: {fetch_weights(name)}")
