import json

from rich.text import Text

from aiev.cli.printing import show


def test_only_what_is_printed_is_made(capsys):
    show(True, lambda: {"a": "é"}, lambda: 1 / 0)
    assert json.loads(capsys.readouterr().out) == {"a": "é"}
    show(False, lambda: 1 / 0, lambda: Text("[b]a[/b]"))
    assert capsys.readouterr().out == "[b]a[/b]\n"
