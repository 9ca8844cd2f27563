import json
import shlex

import pytest
from support.dialogues import Talk, write

from aiev.cli import main


def header(tmp_path):
    yaml = pytest.importorskip("yaml")
    _, front, _ = (tmp_path / "out/README.md").read_text().split("---\n", 2)
    return yaml.safe_load(front)


def test_the_header_names_licences_size_and_files(tmp_path, exported):
    exported("messages", "dpo")
    front = header(tmp_path)
    assert front["license"] == ["mit", "unknown"]
    assert front["size_categories"] == ["n<1K"]
    files = {it["config_name"]: {file["split"]: file["path"] for file in it["data_files"]} for it in front["configs"]}
    assert files["messages"] == {"train": "messages/train.jsonl", "test": "messages/test.jsonl"}
    assert all((tmp_path / "out" / path).stat().st_size for split in files.values() for path in split.values())


def test_the_hub_s_own_reader_takes_the_card(tmp_path, exported):
    hub = pytest.importorskip("huggingface_hub", reason="needs the extra export")
    exported()
    card = hub.DatasetCard.load(tmp_path / "out/README.md")
    assert card.data.task_categories == ["text-generation"]
    assert card.data.license == ["mit", "unknown"]


def test_the_card_has_funnel_models_and_prompts(tmp_path, exported):
    exported()
    text = (tmp_path / "out/README.md").read_text()
    assert "30 dialogues came in and 28 were kept." in text
    assert "| discarded | 2 |" in text
    assert "model m, sandbox docker" in text
    assert "| `r1` | p | `h` |" in text
    assert "Nothing was compared with any benchmark." in text


def test_hostile_words_stay_inside_their_cell(tmp_path, exported):
    path = write(tmp_path / "h.db", [Talk(1, licence='MIT\n---\n| <script>alert("x")</script> `y')])
    exported(path=path, settings=["split.test_share=0"])
    text = (tmp_path / "out/README.md").read_text()
    assert "<script>" not in text
    assert text.count("\n---\n") == 1
    assert header(tmp_path)["license"] == ["other"]


def test_the_command_on_the_card_makes_the_same_dataset_again(tmp_path, database, exported, capsys):
    result = exported(
        "kto",
        "messages",
        settings=["failures=true", "decontaminate=false", "languages=['python']", "split.salt='pepper'"],
    )
    manifest = (tmp_path / "out/manifest.json").read_text()
    words = shlex.split(json.loads(manifest)["command"].replace("DB", str(database)).replace("DIR", "again"))
    main(words[1:], standalone_mode=False)
    assert (tmp_path / "again/manifest.json").read_text() == manifest
    assert f"{result.funnel.kept} kept" in capsys.readouterr().out
