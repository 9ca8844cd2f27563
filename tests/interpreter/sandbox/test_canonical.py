"""The text of a value says what it is and how it compares, and nothing of order or place."""

import datetime as dt
import sys
import types

import pytest

from aiev_interpreter.sandbox.canonical import HEAD, ITEMS, canonical, raised

PROGRAM = """
import enum, collections, dataclasses
Point = collections.namedtuple("Point", "x y")
class Color(enum.Enum):
    RED = 1
class Node:
    def __init__(self, value, next=None):
        self.value, self.next = value, next
class Slotted:
    __slots__ = ("a",)
    def __init__(self, a):
        self.a = a
class Celsius(float):
    pass
class Stack(list):
    pass
class Oops(KeyError):
    pass
def numbers():
    yield 1
    yield 2
    raise ValueError
def lazy():
    n = 0
    while True:
        yield n
        n += 1
"""


@pytest.fixture
def program(monkeypatch):
    module = types.ModuleType("solution")
    monkeypatch.setitem(sys.modules, "solution", module)
    exec(PROGRAM, vars(module))  # noqa: S102 - the program's classes belong to the module `solution`
    return module


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": {3, 1, 2}}, {"b": {2, 3, 1}, "a": 1}),
        (0.1 + 0.2, 0.3),
        (-0.0, 0.0),
        ([1, (2, [3.0000000000001])], [1, (2, [3.0000000000001])]),
        (iter([1, 2]), map(int, "12")),
        (sys.modules["collections"].Counter("aab"), {"b": 1, "a": 2}),
        (sys.modules["collections"].defaultdict(int, x=1), sys.modules["collections"].OrderedDict(x=1)),
    ],
)
def test_equal_values_have_one_text(one, other):
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        ("1", 1),
        ([1], (1,)),
        ({1}, [1]),
        ([1], iter([1])),
        (1.0, 1.00000001),
        ({}, set()),
        ({1: 2}, {(1, 2)}),
        ("a", b"a"),
        (None, "None"),
        ((), ((),)),
        (["a, b"], ["a", "b"]),
    ],
)
def test_different_values_have_different_texts(one, other):
    assert canonical(one) != canonical(other)


def test_plain_values_read_as_they_are_written():
    value = {"b": [1, -2.5, None, True], "a": ("x", b"y", {2, 1}), 3: dt.date(2026, 1, 2)}
    assert canonical(value) == ("{'a': ('x', b'y', {1, 2}), 'b': [1, -2.5, None, True], 3: datetime.date(2026, 1, 2)}")
    assert canonical(float("nan")) == "nan"
    assert canonical(1 + 2j) == "(1+2j)"
    assert canonical(10**5000).startswith("0x")


def test_iterators_are_read_up_to_a_bound(program):
    assert canonical(iter([1, 2])) == "<generator> [1, 2]"
    assert canonical(program.numbers()) == "<generator> [1, 2, !ValueError]"
    assert canonical(program.lazy()).endswith(f", {ITEMS - 1}, ...]")
    assert canonical({"a": 1}.keys()) == "<dict_keys> ['a']"


def test_objects_of_the_program_are_their_class_and_attributes(program):
    assert canonical(program.Node(1, program.Node(2))) == canonical(program.Node(1, program.Node(2)))
    assert canonical(program.Node(1)) == "Node{'next': None, 'value': 1}"
    assert canonical(program.Slotted([1])) == "Slotted{'a': [1]}"
    assert canonical(program.Celsius(1.5)) == "Celsius(1.5)"
    assert canonical(program.Stack([1])) == "Stack([1])"
    assert canonical(program.Oops("k")) == "Oops(('k',))"
    assert canonical(program.Point(1, 2)) == "Point(1, 2)"
    assert canonical(program.Color.RED) == "Color.RED"


def test_a_value_that_holds_itself_has_a_text(program):
    ring = program.Node(1)
    ring.next = ring
    endless = [1]
    endless.append(endless)
    assert canonical(ring) == "Node{'next': ..., 'value': 1}"
    assert canonical(endless) == "[1, ...]"


@pytest.mark.parametrize(
    ("value", "text"),
    [(len, "?function_or_method"), (lambda: 0, "?function"), (int, "?type"), (sys, "?module"), (object(), "?object")],
)
def test_what_cannot_be_compared_says_so_wherever_it_stands(value, text):
    assert canonical(value) == text
    assert canonical({"a": [1, value]}) == text


def test_a_value_that_is_nested_too_deep_cannot_be_compared():
    deep = []
    for _ in range(10_000):
        deep = [deep]
    assert canonical(deep) == "?deep"


def test_a_long_text_is_its_head_and_a_hash_of_all():
    one, other = canonical("a" * 20_000), canonical("a" * 20_001)
    assert one != other
    assert len(one) < HEAD + 100


def test_an_exception_is_named_by_the_first_of_pythons_own_classes(program):
    assert raised(program.Oops()) == "!KeyError"
    assert raised(ZeroDivisionError()) == "!ZeroDivisionError"


def test_arrays_and_tables_are_their_values():
    numpy = pytest.importorskip("numpy")
    assert canonical(numpy.float64(0.5)) == "0.5"
    assert canonical(numpy.array([[1, 2]])) == "ndarray [[1, 2]]"
