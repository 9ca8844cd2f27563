import json

import pytest
from support.exports import contents

from aiev.dataset import replacement
from aiev.errors import UsageError


def test_a_new_export_replaces_the_old_one(tmp_path, exported):
    exported("messages", "dpo")
    exported("kto")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["README.md", "kto", "manifest.json"]


def test_a_folder_of_something_else_is_left_alone(tmp_path, exported):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match=r"holds thesis\.tex and no export of aiev"):
        exported()
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file"):
        exported(out="file")


def test_what_a_killed_export_left_is_no_obstacle(tmp_path, exported):
    exported()
    wanted = contents(tmp_path / "out")
    (tmp_path / "fresh/messages/train.partial-x").mkdir(parents=True)
    (tmp_path / "fresh/messages/train.partial-x/rows.arrow").write_text("half")
    (tmp_path / "fresh/messages/test.jsonl.partial").write_text("half")
    exported(out="fresh")
    assert not list((tmp_path / "fresh").rglob("*.partial*"))
    assert contents(tmp_path / "fresh") == wanted


@pytest.mark.parametrize("at_once", [True, False])
def test_a_manifest_cannot_make_an_export_remove_other_files(tmp_path, exported, monkeypatch, at_once):
    if not at_once:
        monkeypatch.setattr(replacement, "_exchange", lambda *_: False)
    exported()
    (tmp_path / "precious").write_text("x")
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    manifest["files"]["../precious"] = {}
    (tmp_path / "out/manifest.json").write_text(json.dumps(manifest))
    exported()
    assert (tmp_path / "precious").exists()
