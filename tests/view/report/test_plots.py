import sys

import pytest

from aiev.errors import SetupError
from aiev.view.report.plots import draw_plots


def test_plots_are_drawn_as_png_and_svg(tmp_path, rows):
    pytest.importorskip("matplotlib", reason="needs the extra plots")
    paths = draw_plots(rows, tmp_path / "first")
    assert {path.name for path in paths} >= {"r1-funnel.png", "r1-funnel.svg", "r1-verdicts.svg", "r1-errors.png"}
    draw_plots(rows, tmp_path / "again")
    for path in paths:
        data = path.read_bytes()
        assert data.startswith(b"\x89PNG" if path.suffix == ".png" else b"<?xml")
        assert data == (tmp_path / "again" / path.name).read_bytes()
    assert "ValueError" in (tmp_path / "first/r1-errors.svg").read_text()


def test_a_missing_extra_is_one_line(tmp_path, rows, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(SetupError, match=r"pip install 'aiev\[plots\]'"):
        draw_plots(rows, tmp_path / "plots")
