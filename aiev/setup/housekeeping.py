"""What sandboxes need and leave on a machine: the image built, dead runs' remains removed.

Invariant: nothing that belongs to a living process is removed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiev.errors import SetupError
from aiev_interpreter import InterpreterUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiev.config.settings import Settings


async def build_sandbox_image(settings: Settings, languages: Sequence[str]) -> str:
    """Build the interpreter's image: its tag.

    Raises:
        SetupError: no daemon answers, or the build fails.
    """
    from aiev_interpreter.backends.docker import BUILD_SECONDS, connect
    from aiev_interpreter.image.build import build_image

    try:
        client = await connect(BUILD_SECONDS)
        image = await asyncio.to_thread(build_image, client, settings.interpreter.base_image, languages)
    except InterpreterUnavailable as error:
        raise SetupError(str(error)) from None
    return str(image.tags[0])


async def collect(settings: Settings, *, packages: bool, images: bool) -> dict[str, int]:
    """Remove what dead runs have left; returns how many of what.

    Args:
        settings: say which image is the present one.
        packages: remove the stores of installed packages too.
        images: remove images of other versions of the interpreter too.
    """
    from aiev_interpreter.backends import bubblewrap, docker
    from aiev_interpreter.image.build import LOCAL_BASE

    removed = {
        "containers": 0,
        "staged folders": await asyncio.to_thread(bubblewrap.reap),
        "package stores": 0,
        "images": 0,
    }
    if packages:
        removed["package stores"] += await asyncio.to_thread(bubblewrap.remove_packages)
    try:
        client = await docker.connect()
    except InterpreterUnavailable:
        return removed
    try:
        removed["containers"] = await asyncio.to_thread(docker.reap, client)
        if packages:
            removed["package stores"] += await asyncio.to_thread(docker.remove_packages, client)
        if images:
            bases = (settings.interpreter.base_image, LOCAL_BASE)
            removed["images"] = await asyncio.to_thread(docker.remove_images, client, bases)
    finally:
        client.close()
    return removed
