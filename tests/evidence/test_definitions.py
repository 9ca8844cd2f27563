"""Names that a program defines."""

import pytest

from aiev.evidence.definitions import functions


@pytest.mark.parametrize(
    ("language", "program", "names"),
    [
        ("python", "@c\ndef f(x): pass\nclass A:\n    def __init__(self): pass\n    def m(self): pass\ng = lambda: 1",
         ("f", "A", "A().m", "g")),
        ("javascript", "function f() {}\nconst g = () => 1;\nexport class A { m() {} }", ("f", "g", "A", "A().m")),
        ("typescript", "export function f(x: number): number { return x }", ("f",)),
        ("java", "class A { static int f(int x) { return x; } A() {} }", ("A", "A().f")),
        ("cpp", "int f(int x) { return x; }\nstruct A { int m() { return 1; } };", ("f", "A", "A().m")),
        ("rust", "pub fn f() {}\nimpl A { fn m(&self) {} }", ("f", "A().m")),
        ("go", "package main\nfunc F() {}\nfunc (s *Stack) Pop() int { return 1 }", ("F", "Stack().Pop")),
        ("bash", "f() { echo 1; }\nfunction g { echo 2; }", ("f", "g")),
        ("python", "(" * 1000, ()),
    ],
)  # fmt: skip
def test_what_a_program_defines(language, program, names):
    assert functions(program, language) == names
