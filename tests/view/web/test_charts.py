import xml.etree.ElementTree as ET

import pytest

from aiev.view.web.charts import bar, columns, dollars, line, short


def drawn(markup):
    return ET.fromstring(str(markup))  # noqa: S314 - our own


@pytest.mark.parametrize(("share", "width"), [(0.25, "25.00"), (-1, "0.00"), (7, "100.00")])
def test_a_bar_stays_inside_its_cell(share, width):
    assert drawn(bar(share)).findall("rect")[1].get("width") == width


def test_columns_stack_and_say_how_high_they_are():
    chart = drawn(columns("Rounds <1>", ["1", "2"], [("accepted", [3, 0]), ("failing", [1, 2])]))
    assert chart.find("title").text == chart.get("aria-label") == "Rounds <1>"
    heights = [float(rect.get("height")) for rect in chart.findall("rect")]
    assert heights[0] == pytest.approx(3 * heights[1], abs=0.2)
    assert [text.text for text in chart.findall("text")][-4:] == ["1", "4", "2", "2"]


def test_nothing_to_draw_is_still_a_chart():
    assert drawn(columns("Empty", [], [("accepted", [])])).find("title").text == "Empty"


def test_a_line_leaves_out_what_is_not_known():
    chart = drawn(
        line("Scores", ["1", "2", "3"], [("teacher", "teacher", [0.5, None, 1.0]), ("student", "s", [None] * 3)])
    )
    assert len(chart.findall("circle")) == 2
    assert len(chart.find("polyline").get("points").split()) == 2


@pytest.mark.parametrize(
    ("value", "text"), [(950, "950"), (1500, "1.5k"), (12_345, "12k"), (3_400_000, "3.4M"), (2e10, "20G")]
)
def test_figures_are_short(value, text):
    assert short(value) == text


@pytest.mark.parametrize(("value", "text"), [(0, "$0"), (950, "$950"), (1.2, "$1.20"), (0.0034, "$0.0034")])
def test_dollars_are_short(value, text):
    assert dollars(value) == text
