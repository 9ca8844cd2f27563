"""Takes the pictures in docs/images from a real run: `python docs/screenshots.py runs/first.db`.

Needs the extra `datasette`, the package `playwright` and a Chromium (Debian: `apt-get install chromium`). The database
is copied first, so that it stays as it is.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiev.store.reading.conversations import ConversationReader
from aiev.store.reading.listing import Filters

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGES = Path(__file__).parent / "images"
SIZE = {"width": 1060, "height": 680}
NARROW = {"width": 400, "height": 680}


def main() -> None:
    """Take all pictures of one database."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():  # noqa: PLR2004 - the program and the file
        sys.exit(__doc__)
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        db = Path(shutil.copy(sys.argv[1], Path(folder) / "first.db"))
        with serving(db) as url, ConversationReader.open(db) as reader:
            take(url, repaired(reader))


def repaired(reader: ConversationReader) -> str:
    """A conversation that was accepted after the fewest repairs, but some."""
    rows = reader.conversations(Filters(status="accepted", min_rounds=2, limit=1000))
    if not rows:
        sys.exit("no conversation of this database was repaired; take another run")
    return min(rows, key=lambda row: (row.rounds, row.id)).id


@contextmanager
def serving(db: Path) -> Iterator[str]:
    """Run `aiev serve` until the block ends."""
    command = [sys.executable, "-c", "from aiev.cli import main; main()", "serve", str(db), "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            printed = ""
            while not printed.endswith("}\n"):
                line = process.stdout.readline() if process.stdout else ""
                if not line:
                    sys.exit("the server did not start")
                printed += line
            yield json.loads(printed)["url"]
        finally:
            process.terminate()


def take(url: str, key: str) -> None:
    """Take each picture."""
    from playwright.sync_api import sync_playwright

    base = url.split("/?", maxsplit=1)[0]
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, path, scheme, size, place in (
            ("view-overview", "/", "light", SIZE, ""),
            ("view-list", "/conversations?verdict=error", "light", SIZE, ""),
            ("view-conversation", f"/conversations/{key}?status=accepted", "light", SIZE, ".diff"),
            ("view-narrow-dark", f"/conversations/{key}?status=accepted", "dark", NARROW, ""),
        ):
            page = browser.new_page(viewport=size, color_scheme=scheme)
            page.goto(url)
            page.goto(base + path)
            shot(page, place, IMAGES / f"{name}.png")
            page.close()
        browser.close()


def shot(page: Any, place: str, path: Path) -> None:
    """What a window shows, from a place of the page on."""
    if place:
        page.locator(place).first.evaluate("e => scrollTo(0, e.getBoundingClientRect().top + scrollY - 300)")
        page.wait_for_timeout(400)
    page.screenshot(path=path)
    sys.stdout.write(f"{path}: {path.stat().st_size // 1024} KiB\n")


if __name__ == "__main__":
    main()
