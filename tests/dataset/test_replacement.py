"""An export takes the place of the old one at once, and writes through no link."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.exports import contents

from aiev.dataset import replacement
from aiev.errors import UsageError


@pytest.fixture(params=["at once", "one by one"])
def way(request, monkeypatch):
    if request.param == "one by one":
        monkeypatch.setattr(replacement, "_exchange", lambda *_: False)
    return request.param


LINKS = ["README.md", "manifest.json", "messages", "messages/train.jsonl", "messages/test.jsonl"]


@pytest.mark.parametrize("name", LINKS)
def test_nothing_is_written_through_a_link_in_the_folder(tmp_path, exported, way, name):
    exported()
    wanted = contents(tmp_path / "out")
    outside, inside = tmp_path / "outside", tmp_path / "out" / name
    inside.rename(outside)
    inside.symlink_to(outside)
    before = contents(outside) if outside.is_dir() else outside.read_bytes()
    exported()
    assert (contents(outside) if outside.is_dir() else outside.read_bytes()) == before
    assert not inside.is_symlink()
    assert contents(tmp_path / "out") == wanted


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_that_is_a_link_is_refused(tmp_path, exported, exists):
    target = tmp_path / "elsewhere"
    if exists:
        target.mkdir()
    (tmp_path / "out").symlink_to(target)
    with pytest.raises(UsageError, match=r"out is a link to .*elsewhere; name the folder itself with --out"):
        exported()
    assert target.exists() is exists
    assert not exists or not list(target.iterdir())


def test_what_people_put_into_the_folder_is_kept(tmp_path, exported, way):
    exported("messages", "dpo")
    notes = tmp_path / "out/notes/deep"
    notes.mkdir(parents=True)
    (notes / "read.txt").write_text("mine")
    (tmp_path / "out/messages/link").symlink_to(tmp_path / "d.db")
    exported()
    assert (notes / "read.txt").read_text() == "mine"
    assert (tmp_path / "out/messages/link").is_symlink()
    assert not (tmp_path / "out/dpo").exists()


DYING = """
import os, signal, sys
from pathlib import Path
from aiev.config.settings import Settings
from aiev.dataset import replacement
from aiev.dataset.export import export
from aiev.dataset.judges import default_judges
from aiev.dataset.outputs import parse_output
moment, db, out = sys.argv[1:]
place = (replacement.shutil, "rmtree") if moment == "after" else (replacement, moment)
setattr(*place, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
settings = Settings()
export(Path(db), Path(out), [parse_output("kto")], settings, judges=default_judges(settings.export))
"""


@pytest.mark.parametrize("moment", ["_keep_others", "_exchange", "after"])
def test_a_killed_export_leaves_the_old_or_the_new_one(tmp_path, exported, monkeypatch, moment):
    exported()
    old = contents(tmp_path / "out")
    exported("kto", out="other")
    new = contents(tmp_path / "other")
    program = [sys.executable, "-c", DYING, moment, str(tmp_path / "d.db"), str(tmp_path / "out")]
    assert subprocess.run(program, check=False).returncode == -signal.SIGKILL
    assert contents(tmp_path / "out") == (new if moment == "after" else old)
    monkeypatch.setattr(replacement, "_LEFT_SECONDS", -1)
    exported("kto")
    assert contents(tmp_path / "out") == new
    assert not list(tmp_path.glob(".out*"))


def test_a_folder_beside_which_nothing_can_be_made_is_written_in_place(tmp_path, exported, monkeypatch):
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(replacement.Path, "is_mount", lambda path: path == tmp_path / "out")
    exported("messages", "dpo")
    exported()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["README.md", "manifest.json", "messages"]


def test_the_working_folder_stays_the_working_folder(tmp_path, exported, monkeypatch):
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path / "out")
    exported()
    exported("kto")
    assert sorted(str(path) for path in Path().iterdir()) == ["README.md", "kto", "manifest.json"]


def test_the_rights_of_the_folder_stay(tmp_path, exported):
    (tmp_path / "out").mkdir(mode=0o750)
    (tmp_path / "out").chmod(0o2750)
    exported()
    assert (tmp_path / "out").stat().st_mode & 0o7777 == 0o2750
