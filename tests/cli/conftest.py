"""`aiev` as a command, and databases for it."""

import shutil
import sqlite3

import pytest
from click.testing import CliRunner
from support.conversations import make as make_conversations
from support.dialogues import EVERY_KIND, write

from aiev.cli import main
from aiev.store.writing.labels import save_label


@pytest.fixture
def aiev(tmp_path, monkeypatch):
    """Run `aiev` with arguments in a folder of its own; returns exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(main, [*map(str, arguments)], prog_name="aiev", catch_exceptions=False)

    return run


@pytest.fixture(scope="session")
def made_talks(tmp_path_factory):
    path = tmp_path_factory.mktemp("talks") / "talks.db"
    make_conversations(path)
    save_label(path, "plain007", "flag", "")
    return path


@pytest.fixture
def talks(made_talks, tmp_path):
    """A database of repaired, hostile and plain conversations, one of them labelled."""
    return shutil.copy(made_talks, tmp_path / "talks.db")


@pytest.fixture
def older(talks):
    """The database as an aiev before lists had filters wrote it."""
    with sqlite3.connect(talks) as db:
        for statement in (
            "drop trigger conversations_language", "drop index conversations_newest", "drop table packages",
            "drop index executions_error_class", "alter table executions drop column error_class",
            "alter table conversations drop column language", "drop table decontaminations",
            "delete from _sqlite_migrations where name in ('m008_browsing', 'm009_decontamination')",
        ):  # fmt: skip
            db.execute(statement)
    db.close()
    return talks


@pytest.fixture
def database(tmp_path):
    """A database of dialogues to export."""
    return write(tmp_path / "d.db", EVERY_KIND)
