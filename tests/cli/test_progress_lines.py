import asyncio

import pytest

from aiev.cli import progress_lines as module
from aiev.cli.progress_lines import progress_lines
from aiev.run.progress import Progress


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(module, "LINE_SECONDS", 0.01)


async def test_lines_are_printed_while_the_body_runs_and_no_longer(capsys):
    async with progress_lines(Progress(total=3), lambda progress: f"0 of {progress.total}"):
        await asyncio.sleep(0.1)
    printed = capsys.readouterr().err.splitlines()
    assert set(printed) == {"aiev: 0 of 3"}
    await asyncio.sleep(0.05)
    assert capsys.readouterr().err == ""


async def test_nothing_is_printed_when_quiet(capsys):
    async with progress_lines(Progress(total=3), str, quiet=True):
        await asyncio.sleep(0.05)
    assert capsys.readouterr().err == ""


async def test_an_error_of_the_body_comes_through():
    with pytest.raises(ValueError, match="body"):
        async with progress_lines(Progress(total=1), str):
            raise ValueError("body")
