"""What a user names as a source."""

import pytest

from aiev.errors import ConfigError, SeedError
from aiev.seeds.settings import SeedsSettings
from aiev.seeds.sources.named import source_items


def test_a_source_that_does_not_exist_is_one_clear_line(tmp_path):
    with pytest.raises(SeedError, match=r"no such seed source: .*nowhere; give a source file") as caught:
        list(source_items([str(tmp_path / "nowhere")], SeedsSettings()))
    assert "\n" not in str(caught.value)


def test_columns_are_checked_before_any_source_is_opened(tmp_path):
    with pytest.raises(ConfigError, match="write it as content=NAME"):
        next(source_items([str(tmp_path / "nowhere")], SeedsSettings(columns=("body",))))
