"""The image that sandboxes need, and what they leave on a machine.

Invariant: nothing that belongs to a living process is removed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiev.setup.errors import as_setup_errors
from aiev_interpreter import InterpreterUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev_interpreter.settings import InterpreterSettings


async def build_sandbox_image(settings: InterpreterSettings, languages: Sequence[str]) -> str:
    """Build the image of the interpreter with the tools of these languages; returns its tag.

    Raises:
        SetupError: no daemon answers, or the build fails.
    """
    from aiev_interpreter.backends.docker import BUILD_SECONDS, connect
    from aiev_interpreter.image.build import build_image

    with as_setup_errors():
        client = await connect(BUILD_SECONDS)
        image = await asyncio.to_thread(build_image, client, settings.base_image, languages)
    return str(image.tags[0])


async def remove_leftovers(settings: InterpreterSettings, *, packages: bool, images: bool) -> dict[str, int]:
    """Remove what dead runs have left; returns how many of each kind were removed.

    Args:
        settings: name the image in use, which stays.
        packages: also remove the stores of installed packages.
        images: also remove images of other versions of the interpreter.
    """
    from aiev_interpreter.backends import bubblewrap, docker

    removed = {"containers": 0, "staged folders": 0, "package stores": 0, "images": 0}
    removed["staged folders"] = await asyncio.to_thread(bubblewrap.reap)
    if packages:
        removed["package stores"] = await asyncio.to_thread(bubblewrap.remove_packages)
    try:
        client = await docker.connect()
    except InterpreterUnavailable:
        return removed
    try:
        removed["containers"] = await asyncio.to_thread(docker.reap, client)
        if packages:
            removed["package stores"] += await asyncio.to_thread(docker.remove_packages, client)
        if images:
            removed["images"] = await asyncio.to_thread(docker.remove_images, client, settings.base_image)
    finally:
        client.close()
    return removed
