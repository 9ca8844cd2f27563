import json

import pytest
from store.sample_records import RUN
from support.command_line import assert_one_line

from aiev.run.heartbeat import beating
from aiev.run.progress import Progress
from aiev.store.writing.store import Store


@pytest.fixture
async def finished(tmp_path):
    """A database with one run that has ended."""
    with Store.open(tmp_path / "t.db") as store:
        await store.add_run(RUN)
        async with beating(store, RUN.id, Progress(total=2)):
            pass
    return tmp_path / "t.db"


def test_a_run_that_has_ended_is_shown_once(aiev, finished):
    done = aiev("status", finished)
    assert done.exit_code == 0
    assert "run r1 · finished" in done.stdout
    assert json.loads(aiev("status", finished, "--json").stdout)[0]["state"] == "finished"


def test_a_run_that_is_not_there_is_one_line(aiev, finished):
    assert_one_line(aiev("status", finished, "--run", "zzz"), 2, "'zzz'")
