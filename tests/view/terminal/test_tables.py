import pytest
from rich.text import Text
from support.terminal import shown

from aiev.view.terminal.tables import columns, pairs


@pytest.mark.parametrize("value", ["[bold]x[/bold]", "[link=http://a]x", "\\[x]", "[/]"])
def test_no_value_is_read_as_markup(value):
    table = columns(["name"])
    table.add_row(Text(value))
    for found in (pairs([(value, value)]), pairs([("name", Text(value))]), table):
        assert value in shown(found)


def test_numbers_stand_to_the_right_and_names_to_the_left():
    table = columns(["file", "rows"], numbers=["rows"])
    table.add_row("a", "1")
    table.add_row("long", "1000")
    assert [line.rstrip() for line in shown(table).splitlines()] == ["file  rows", "a        1", "long  1000"]


def test_a_value_of_several_lines_stays_beside_its_name():
    lines = shown(pairs([("name", "one\ntwo"), ("next", "three")])).splitlines()
    assert [line.split() for line in lines] == [["name", "one"], ["two"], ["next", "three"]]
    assert lines[1].index("two") == lines[0].index("one")
