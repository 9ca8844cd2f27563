"""`aiev image` and `aiev sandbox`: what programs run in, and what they leave."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from aiev.cli.shared import AS_JSON, configured, language_called, merged_config, print_json

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def image() -> None:
    """Build the Docker image that programs run in."""


@image.command("build")
@click.option("--language", "languages", multiple=True, help="Also the tools of this language; `all` for every one.")
@configured
def image_build(languages: tuple[str, ...], files: tuple[Path, ...], assignments: tuple[str, ...]) -> None:
    """Build the image, with Python and the tools of the languages asked for."""
    from aiev.setup.housekeeping import build_sandbox_image

    names = tuple(language if language == "all" else language_called(language) for language in languages)
    settings = merged_config(files, assignments).settings.interpreter
    click.echo(asyncio.run(build_sandbox_image(settings, names or settings.languages)))


@click.group()
def sandbox() -> None:
    """Look after what sandboxes leave on this machine."""


@sandbox.command("gc")
@click.option(
    "--packages", is_flag=True, help="Remove the installed packages too; they come back when they are needed."
)
@click.option("--images", is_flag=True, help="Remove the images of other versions of the interpreter too.")
@configured
@AS_JSON
def sandbox_gc(
    packages: bool, images: bool, files: tuple[Path, ...], assignments: tuple[str, ...], as_json: bool
) -> None:
    """Remove containers and files of runs that have died."""
    from aiev.setup.housekeeping import remove_leftovers

    settings = merged_config(files, assignments).settings.interpreter
    removed = asyncio.run(remove_leftovers(settings, packages=packages, images=images))
    if as_json:
        print_json(removed)
        return
    click.echo("; ".join(f"{count} {what}" for what, count in removed.items()) + " removed")
