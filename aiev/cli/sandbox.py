"""`aiev image` and `aiev sandbox`: what programs run in, and what they leave."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from aiev.cli.options import AS_JSON, configured, language_called
from aiev.cli.printing import print_json, say

if TYPE_CHECKING:
    from aiev.config.layers import Config


@click.group()
def image() -> None:
    """Build the Docker image that programs run in."""


@image.command("build")
@click.option("--language", "languages", multiple=True, help="Add the tools of this language; `all` for every one.")
@configured
def image_build(languages: tuple[str, ...], config: Config) -> None:
    """Build the image, with Python and the tools of languages."""
    from aiev.setup.housekeeping import build_sandbox_image

    names = tuple(language if language == "all" else language_called(language) for language in languages)
    settings = config.settings.interpreter
    say(asyncio.run(build_sandbox_image(settings, names or settings.languages)))


@click.group()
def sandbox() -> None:
    """Clean up after sandboxes on this machine."""


@sandbox.command("gc")
@click.option("--packages", is_flag=True, help="Remove installed packages too; they are installed again when needed.")
@click.option("--images", is_flag=True, help="Remove the images of other versions of the interpreter too.")
@configured
@AS_JSON
def sandbox_gc(packages: bool, images: bool, config: Config, as_json: bool) -> None:
    """Remove containers and files of runs that have died."""
    from aiev.setup.housekeeping import remove_leftovers

    removed = asyncio.run(remove_leftovers(config.settings.interpreter, packages=packages, images=images))
    if as_json:
        print_json(removed)
        return
    say("; ".join(f"{count} {what}" for what, count in removed.items()) + " removed")
