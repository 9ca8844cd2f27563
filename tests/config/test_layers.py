import tomllib
from pathlib import Path
from typing import get_args

import pytest

from aiev.config.layers import configs_dir, load_config
from aiev.config.settings import Settings
from aiev.errors import ConfigError
from aiev_agents.languages import LANGUAGES
from aiev_agents.languages.names import LanguageName


def test_the_default_file_has_every_knob_and_a_comment_for_each():
    text = (configs_dir() / "default.toml").read_text()
    table = tomllib.loads(text)
    for section, model in Settings.model_fields.items():
        assert set(table[section]) == set(model.annotation.model_fields), section
    assert set(table) == set(Settings.model_fields)


@pytest.mark.parametrize("name", ["openai", "qwen"])
def test_shipped_files_load_by_name(name):
    config = load_config([Path(name)])
    assert any(origin.endswith(f"{name}.toml") for origin in config.origins.values())


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
