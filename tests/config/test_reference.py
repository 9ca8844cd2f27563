import tomllib

import pytest

from aiev.config.layers import configs_dir, load_config
from aiev.config.reference import WIDTH, render_defaults
from aiev.config.settings import Settings

SECTIONS = {name: field.annotation for name, field in Settings.model_fields.items()}


def test_the_file_is_the_settings_with_their_defaults():
    text = (configs_dir() / "default.toml").read_text()
    assert text == render_defaults(), "run `make docs`"
    assert tomllib.loads(text) == Settings().model_dump(mode="json")
    assert load_config([configs_dir() / "default.toml"]).settings == Settings()


def test_lines_are_short_enough_to_read():
    assert max(map(len, render_defaults().splitlines())) <= WIDTH


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_has_a_meaning_and_every_section_a_line(section):
    model = SECTIONS[section]
    assert all(field.description for field in model.model_fields.values())
    assert model.__doc__
    assert "\n" not in model.__doc__


@pytest.mark.parametrize("section", SECTIONS)
def test_every_default_is_a_value_that_a_file_may_give(section):
    model = SECTIONS[section]
    default = model()
    assert model.model_validate(default.model_dump(mode="json")).model_dump_json() == default.model_dump_json()


@pytest.mark.parametrize("section", SECTIONS)
def test_sections_cannot_be_changed_and_have_no_other_keys(section):
    model = SECTIONS[section]
    assert (model.model_config["frozen"], model.model_config["extra"]) == (True, "forbid")
