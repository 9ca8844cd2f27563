import asyncio

import pytest

from aiev.cli import progress as module
from aiev.cli.progress import progress_lines, progress_panel
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


async def test_lines_take_the_place_of_the_panel_where_there_is_no_terminal(capsys):
    async with progress_panel(Progress(total=3), "aiev teach"):
        await asyncio.sleep(0.1)
    assert "0/3: 0 accepted" in capsys.readouterr().err


async def test_the_panel_is_live_on_a_terminal_and_gone_afterwards(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(module, "PANEL_SECONDS", 0.01)
    progress = Progress(total=3)
    async with progress_panel(progress, "aiev teach"):
        progress.statuses["accepted"] += 2
        await asyncio.sleep(0.4)
    printed = capsys.readouterr().err
    assert "aiev teach" in printed
    assert "2 accepted" in printed
