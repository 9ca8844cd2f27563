from pathlib import Path
from typing import get_args

import pytest

from aiev.config import layers
from aiev.config.layers import layered, load_config
from aiev.config.settings import Settings
from aiev.errors import ConfigError
from aiev_agents.languages import LANGUAGES
from aiev_agents.languages.names import LanguageName


@pytest.mark.parametrize("name", ["openai", "qwen", "selfcodealign", "smollm2", "vllm"])
def test_shipped_files_load_by_name(name):
    config = load_config([Path(name)])
    assert any(origin.endswith(f"{name}.toml") for origin in config.origins.values())


def test_the_defaults_need_no_file(monkeypatch, tmp_path):
    monkeypatch.setattr(layers, "configs_dir", lambda: tmp_path)
    config = load_config()
    assert config.settings == Settings()
    assert set(config.origins.values()) == {"default"}


def test_a_file_over_a_configuration_keeps_the_origins_below(tmp_path):
    (tmp_path / "student.toml").write_text('[model]\nname = "other"\n')
    config = layered(load_config([], ["run.seed=7"]), tmp_path / "student.toml")
    assert (config.settings.model.name, config.settings.run.seed) == ("other", 7)
    assert config.origins["model.name"].endswith("student.toml")
    assert config.origins["run.seed"] == "--set"


def test_a_file_that_is_not_there_is_an_error_that_names_the_shipped_ones():
    with pytest.raises(
        ConfigError, match=r"nowhere\.toml: No such file.*default, openai, qwen, selfcodealign, smollm2, vllm"
    ):
        load_config([Path("nowhere.toml")])


def test_the_languages_are_those_that_agents_speak():
    for language in LANGUAGES:
        config = load_config([], [f"dialogue.language={language}", f'seeds.languages=["{language}"]'])
        assert config.settings.dialogue.language == config.settings.seeds.languages[0] == language
    with pytest.raises(ConfigError, match=r"dialogue\.language = 'cobol'"):
        load_config([], ["dialogue.language=cobol"])
    assert set(get_args(LanguageName)) == set(LANGUAGES)


def test_later_layers_win_and_are_named(tmp_path):
    (tmp_path / "a.toml").write_text("[run]\nworkers = 2\nseed = 5\n")
    config = load_config([tmp_path / "a.toml"], ["run.workers=9", "model.name=plain text"])
    assert (config.settings.run.workers, config.settings.run.seed) == (9, 5)
    assert config.settings.model.name == "plain text"
    assert config.origins["run.workers"] == "--set"
    assert config.origins["run.seed"].endswith("a.toml")
    assert config.origins["run.limit"] == "default"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[run]\nworkerz = 1", "unknown key run.workerz; did you mean run.workers?"),
        ("[modle]\nname = 'x'", "unknown section [modle]; did you mean model?"),
        ("[run\n", "is not valid TOML"),
        ("[run]\nworkers = 0", "run.workers = 0"),
        ("[run]\nworkers = 'many'", "run.workers = 'many'"),
        ("[model]\nbackend = 'magic'", "model.backend = 'magic'"),
        ("run = 3", "unknown section [run]"),
    ],
)
def test_each_mistake_is_one_line_that_names_file_and_key(tmp_path, text, words):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config([path])
    assert words in str(caught.value)
    assert "bad.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["workers=1", "run.workers", "=", ".=1"])
def test_a_malformed_assignment_says_how_to_write_it(text):
    with pytest.raises(ConfigError, match=r"section\.key=value"):
        load_config([], [text])
