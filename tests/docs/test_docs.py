"""What the docs say is what the code does."""

import importlib.util
import re
from pathlib import Path

import click
import pytest

from aiev import __version__
from aiev.cli import main
from aiev.dataset.formats import SHAPES
from aiev.seeds.filters.early import EARLY
from aiev.seeds.filters.late import LATE

ROOT = Path(__file__).parents[2]


def generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_parts_are_there_and_up_to_date():
    assert all(len(make()) > 500 for make in generator().PARTS.values())
    assert generator().stale() == [], "run `make docs`"


def targets():
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_every_make_target_is_in_its_help():
    documented = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert documented == targets()


def texts():
    return [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md")]


@pytest.mark.parametrize("path", texts(), ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_targets_and_links_that_a_text_names_exist(path):
    text = path.read_text()
    for target in re.findall(r"`make ([a-z-]+)", text) + re.findall(r"^make ([a-z-]+)", text, re.MULTILINE):
        assert target in targets(), target
    for line in re.findall(r"(?:^|`|\$ )aiev ([a-z][a-z -]*)", text, re.MULTILINE):
        command = main
        for word in line.split():
            if not isinstance(command, click.Group):
                break
            assert word in command.commands, f"aiev {line}"
            command = command.commands[word]
    for link in re.findall(r"\]\((?!http|#)([^)#]+)", text):
        assert (path.parent / link).exists(), link


def test_every_filter_and_format_is_described():
    seeds, dataset = ((ROOT / "docs" / name).read_text() for name in ("seeds.md", "dataset.md"))
    formats = next(one.help for one in main.commands["export"].params if one.name == "formats")
    assert [name for name in (*EARLY, *LATE) if f"`{name}`" not in seeds] == []
    assert [name for name in SHAPES if f"`{name}`" not in dataset or name not in formats] == []


def test_the_changelog_has_a_section_for_this_version():
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()
