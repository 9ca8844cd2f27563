"""Canonical text of what a call returned: equal if, and only if, the values are equal and of the same kind.

Invariants: the order of dicts and sets does not show, nor do addresses; floats are rounded to 12 significant digits, so
that the order of a sum does not matter; Python's own subclasses of dict and list are dicts and lists. A value that no
text stands for (a function, a class, an open file), alone or inside another, makes the whole text `?function`, `?type`
or `?` and the name of its class. Not covered: arguments that a call changes, and what it prints.
"""

from __future__ import annotations

import collections
import enum
import itertools
import types
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ITEMS = 1000
"""Items that are taken from a generator or another iterator; three dots stand for more."""
LENGTH, HEAD = 10_000, 1_000
"""Of a text longer than the first, as many characters as the second are kept, and the SHA-256 of all."""
DEPTH = 150
_PLAIN = (str, bytes, bytearray, range, slice, type(None), type(...), type(NotImplemented))
_CALLABLE = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)
_CONTAINERS: tuple[tuple[type, str, str], ...] = (
    (list, "[", "]"),
    (tuple, "(", ")"),
    (collections.deque, "deque[", "]"),
    (set, "{", "}"),
    (frozenset, "frozenset{", "}"),
)
_UNWRAPPED: dict[type, Callable[[Any], Any]] = {int: int.__int__, float: float.__float__, str: str.__str__}
_PROGRAM = "solution"


class IncomparableError(Exception):
    """No text stands for a value; the argument says what it is."""


def canonical(value: Any) -> str:
    """The text of a value."""
    try:
        text = text_of(value, ()).encode(errors="backslashreplace").decode()
    except IncomparableError as error:
        return f"?{error}"
    except RecursionError:
        return "?deep"
    if len(text) <= LENGTH:
        return text
    import hashlib  # seldom needed, and large

    return f"{text[:HEAD]}… sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def raised(error: BaseException) -> str:
    """The text of a call that raised: the first class of Python's own that the error's class extends."""
    return "!" + next(base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins")


def text_of(value: Any, inside: tuple[int, ...]) -> str:
    """The text of a value inside others, whose identities are known.

    Raises:
        IncomparableError: no text stands for it.
    """
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    if type(value) in {bool, int, float, complex}:
        return _number(value)
    if type(value) in _PLAIN:
        return repr(value)
    if id(value) in inside:
        return "..."
    if len(inside) > DEPTH:
        raise IncomparableError("deep")
    inside = (*inside, id(value))
    if type(value).__module__ == _PROGRAM and not _is_named_tuple(value):
        return _object(value, inside)
    return _container(value, inside) or _foreign(value, inside)


def _number(value: complex) -> str:
    if isinstance(value, complex):
        return repr(complex(_rounded(value.real), _rounded(value.imag)))
    if isinstance(value, float):
        return repr(_rounded(value))
    try:
        return repr(value)
    except ValueError:  # more digits than Python converts
        return hex(value)


def _rounded(value: float) -> float:
    return float(f"{value:.12g}") + 0.0


def _container(value: Any, inside: tuple[int, ...]) -> str:
    """The text of a container of Python's own or of a subclass; empty for anything else."""
    if isinstance(value, dict):
        pairs = sorted(f"{text_of(key, inside)}: {text_of(one, inside)}" for key, one in dict.items(value))
        return f"{{{', '.join(pairs)}}}" if pairs else "{}"
    if _is_named_tuple(value):
        return f"{type(value).__name__}({', '.join(text_of(one, inside) for one in tuple.__iter__(value))})"
    for kind, opening, closing in _CONTAINERS:
        if isinstance(value, kind):
            parts = [text_of(one, inside) for one in kind.__iter__(value)]  # type: ignore[attr-defined]
            parts = sorted(parts) if kind in {set, frozenset} else parts
            if kind is set and not parts:
                return "set()"
            return f"{opening}{', '.join(parts)}{',' * (kind is tuple and len(parts) == 1)}{closing}"
    if isinstance(value, Iterator):
        return f"<generator> {_drawn(value, inside)}"
    if isinstance(value, (KeysView, ValuesView, ItemsView)):
        return f"<{type(value).__name__}> [{', '.join(text_of(one, inside) for one in value)}]"
    return ""


def _drawn(value: Any, inside: tuple[int, ...]) -> str:
    """The items of an iterator, up to the bound or to an exception."""
    parts = []
    try:
        for one in itertools.islice(value, ITEMS):
            parts.append(text_of(one, inside))  # noqa: PERF401 - what came before an exception counts
        parts += ["..."] if len(parts) == ITEMS else []
    except IncomparableError:
        raise
    except Exception as error:  # noqa: BLE001 - a generator can raise anything
        parts.append(raised(error))
    return f"[{', '.join(parts)}]"


def _is_named_tuple(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(type(value), "_fields")


def _object(value: Any, inside: tuple[int, ...]) -> str:
    """An object of a class of the program: the class's name, what it holds as a container, its attributes."""
    kind = type(value)
    if issubclass(kind, type):
        raise IncomparableError("type")
    slots = [name for base in kind.__mro__ for name in _slots(base)]
    attributes = dict(getattr(value, "__dict__", {})) | {
        name: getattr(value, name) for name in slots if hasattr(value, name)
    }
    held = _held(value, inside)
    return f"{kind.__name__}{held}{text_of(attributes, inside) if attributes or not held else ''}"


def _slots(kind: type) -> list[str]:
    named = vars(kind).get("__slots__", ())
    listed = [named] if isinstance(named, str) else list(named)
    return [name for name in listed if name not in {"__dict__", "__weakref__"}]


def _held(value: Any, inside: tuple[int, ...]) -> str:
    """What an object holds besides its attributes, as a subclass of one of Python's own classes."""
    if isinstance(value, BaseException):
        return f"({text_of(value.args, inside)})"
    for kind, plain in _UNWRAPPED.items():
        if isinstance(value, kind):
            return f"({text_of(plain(value), inside)})"
    held = _container(value, inside)
    return f"({held})" if held else ""


def _foreign(value: Any, inside: tuple[int, ...]) -> str:
    """An object of a class that is not the program's."""
    kind = type(value)
    if isinstance(value, (type, types.ModuleType, *_CALLABLE)):
        raise IncomparableError("type" if isinstance(value, type) else kind.__name__.removeprefix("builtin_"))
    if kind.__module__ == "numpy" and hasattr(value, "item") and not getattr(value, "shape", None):
        return text_of(value.item(), inside)
    for method in ("to_dict", "tolist"):
        if hasattr(value, method):
            return f"{kind.__name__} {text_of(getattr(value, method)(), inside)}"
    if kind.__name__ == "Decimal":
        return f"Decimal({value.normalize()})"
    if isinstance(value, BaseException):
        return f"{kind.__name__}({text_of(value.args, inside)})"
    text = repr(value)
    if " at 0x" in text:
        raise IncomparableError(kind.__name__)
    return text
