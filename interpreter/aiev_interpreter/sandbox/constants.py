"""Two different constants of the type of a value, which stand for what a program returned.

Invariants: they differ from each other and, nearly always, from the value; containers keep the types of their elements.
They are pickled, since they are made in one process and used in another. A value of a type that is not known here is
stood for by an `Opaque` of its type.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import numbers
import pickle
import sys
from typing import Any

NUMBER = 7919
ELEMENTS, DEPTH = 8, 4
_TEXTS: dict[Any, tuple[Any, Any]] = {str: ("", "aiev"), bytes: (b"", b"aiev"), bytearray: (b"", b"aiev")}


class Opaque:
    """An object that is of a type and nothing else."""

    def __init__(self, module: str = "builtins", name: str = "object") -> None:
        vars(self)["kind"] = (module, name)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        module, name = vars(self)["kind"]
        return getattr(sys.modules.get(module), name, Opaque)


def saved(value: Any) -> bytes:
    """Both constants for a value, pickled."""
    for pair in (lambda: (constant(value, 0), constant(value, 1)), lambda: (_opaque(value), _opaque(value))):
        with contextlib.suppress(Exception):
            buffer = io.BytesIO()
            _Pickler(buffer).dump(pair())
            return buffer.getvalue()
    return b""


def load(pickled: bytes) -> tuple[Any, Any]:
    """What `saved` has saved, made anew each time."""
    pair: tuple[Any, Any] = _Unpickler(io.BytesIO(pickled)).load()
    return pair


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: Any) -> Any:
        return vars(value)["kind"] if type(value) is Opaque else None


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, kind: Any) -> Any:
        return Opaque(*kind)


def constant(value: Any, which: int, depth: int = 0) -> Any:
    """Constant 0 or 1 of a value's type."""
    kind = type(value)
    if value is None or depth > DEPTH:
        return None
    if kind is bool or kind.__name__ == "bool_":
        return kind(which)
    if kind in _TEXTS:
        return kind(_TEXTS[kind][which])
    if isinstance(value, (tuple, list, set, frozenset, dict)):
        return _container(value, which, depth)
    if kind.__module__ == "solution" and hasattr(value, "__dict__") and not isinstance(value, type):
        return _object(value, which, depth)
    if kind.__module__ == "__main__":
        return Opaque()  # a class of the tests, of which a program knows nothing
    return _quantity(value, -1 if which else 1)


def _quantity(value: Any, sign: int) -> Any:
    """A number, a time, an array or a table, else an object of the type."""
    if isinstance(value, numbers.Number):
        return type(value)(sign * NUMBER)  # type: ignore[call-arg]
    if isinstance(value, dt.date):
        return value + dt.timedelta(days=sign * 79)
    if isinstance(value, dt.timedelta):
        return sign * dt.timedelta(days=79)
    if hasattr(value, "iloc"):
        return value.iloc[: 0 if sign < 0 else max(0, len(value) - 1)]
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return value * 0 + sign * NUMBER
    return _opaque(value)


def _container(value: Any, which: int, depth: int) -> Any:
    kind = type(value)
    if isinstance(value, dict):
        kept = dict(list(value.items())[:ELEMENTS])
        return {key: constant(one, 1, depth + 1) for key, one in kept.items()} | {"aiev": Opaque()} if which else {}
    parts = [constant(one, which, depth + 1) for one in list(value)[:ELEMENTS]]
    if isinstance(value, tuple):
        parts = parts or ([Opaque()] if which else [])
        return kind(*parts) if hasattr(value, "_fields") else tuple(parts)
    base = next(base for base in (list, set, frozenset) if isinstance(value, base))
    if not which:
        return base()
    return [*parts, parts[0] if parts else Opaque()] if base is list else base([*parts, NUMBER])


def _object(value: Any, which: int, depth: int) -> Any:
    made = object.__new__(type(value))
    vars(made).update({name: constant(part, which, depth + 1) for name, part in vars(value).items()})
    return made


def _opaque(value: Any) -> Opaque:
    return Opaque(type(value).__module__, type(value).__qualname__)
