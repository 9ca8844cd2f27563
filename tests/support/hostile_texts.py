"""Texts that no reader of syntax may stumble over."""

HOSTILE = [
    "",
    "\0",
    "assert f(1) == 2\0\nassert f(2) == 3",
    "(" * 100_000,
    "[" * 50_000 + "]" * 50_000,
    "assert f(" + "(" * 3000 + "1" + ")" * 3000 + ") == 2",
    "assert f('\ud800') == 2",
    "assert f(1 == 2\nassert (",
    "def test(:\n  assert f(1) == ",
    "assert f(" + "-" * 5000 + "1) == 2",
    "x = x + x\n" * 200 + "assert f(x) == 1",
    "def a(x):\n    a(x)\n    assert f(x) == 1\na(1)\na(2)",
    "assert f(" + "9" * 5000 + ") == 1",
    "".join(f"def t{n}(x):\n    t{n + 1}(x); t{n + 1}(x)\n    assert f(x)\n" for n in range(50)) + "t0(1)",
    "'" * 9999,
    "`" * 999 + "$((" * 999,
    "{" * 999 + "if (f() != 1) throw",
]
