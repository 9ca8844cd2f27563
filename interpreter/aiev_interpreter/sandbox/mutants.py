"""Changed programs: every function raises, or returns a constant of the type that it was seen to return.

An assertion that holds although the program was changed does not depend on it. Invariants: functions are changed in
place, by their code, so whatever refers to them (imports, decorators, tables, classes) meets the change; arguments are
still bound as the original binds them; an error that a changed function raises is no `Exception`. Not covered:
functions inside functions, and those that the program takes from elsewhere.
"""

from __future__ import annotations

import ast
import functools
import inspect
import types
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiev_interpreter.sandbox.constants import Opaque, load, saved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RAISE, OBSERVE, CONSTANTS = "raise", "observe", ("constant-a", "constant-b")
_KEPT = frozenset(
    ("__del__", "__init_subclass__", "__class_getitem__", "__set_name__", "__prepare__", "__subclasshook__")
)
_MODULE_NAMES = frozenset(
    vars(types.ModuleType("")).keys() | {"__file__", "__builtins__", "__annotations__", "__cached__"}
)
_PLACE = "the stub's place"
_WRAPPERS = 20
"""Functions around a function that are followed."""


class StubError(BaseException):
    """Raised by every changed function. Tests that expect an `Exception` do not catch it."""


def _plain(*args: Any, **kwargs: Any) -> Any:
    stub: Any = "the stub's place"
    return stub(args, kwargs)


async def _async(*args: Any, **kwargs: Any) -> Any:
    stub: Any = "the stub's place"
    result = stub(args, kwargs)
    return await result if hasattr(result, "cr_await") else result


def _generator(*args: Any, **kwargs: Any) -> Any:
    stub: Any = "the stub's place"
    return (yield from stub(args, kwargs))


async def _async_generator(*args: Any, **kwargs: Any) -> Any:
    stub: Any = "the stub's place"
    result = stub(args, kwargs)
    if hasattr(result, "__aiter__"):
        async for one in result:
            yield one
    else:
        for one in result:
            yield one


class Mutant:
    """The program of one pass.

    Args:
        solution: the loaded program.
        source: its text.
        mode: `raise`, `observe`, `constant-a` or `constant-b`.
        seen: what the functions returned in the `observe` pass, by their place.
    """

    def __init__(self, solution: types.ModuleType, source: str, mode: str, seen: dict[int, bytes]) -> None:
        self.solution, self.mode, self.seen = solution, mode, dict(seen)
        self.imported = imported_names(source)

    def apply(self) -> None:
        """Change the program."""
        for place, function in enumerate(functions_of(self.solution)):
            self._change(place, function)
        if self.mode != OBSERVE:
            self._replace_data()

    def _change(self, place: int, function: types.FunctionType) -> None:
        original = types.FunctionType(
            function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
        )
        original.__kwdefaults__ = function.__kwdefaults__
        flags = function.__code__.co_flags
        if self.mode == OBSERVE and flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR):
            return
        template: Any = _plain
        if flags & inspect.CO_COROUTINE:
            template = _async
        elif flags & inspect.CO_GENERATOR:
            template = _generator
        elif flags & inspect.CO_ASYNC_GENERATOR:
            template = _async_generator
        stub = self._observer(place, function, original) if self.mode == OBSERVE else self._stub(place, original)
        function.__code__ = _with_stub(template.__code__, original.__code__, stub)

    def _stub(self, place: int, original: types.FunctionType) -> Any:
        bind = _binder(original)
        yields = original.__code__.co_flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR)

        def stub(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            bind(*args, **kwargs)
            if self.mode == RAISE:
                raise StubError
            if original.__name__ == "__init__":
                return None
            if yields:
                return iter([Opaque()] * CONSTANTS.index(self.mode))
            seen = self.seen.get(place)
            return load(seen)[CONSTANTS.index(self.mode)] if seen else Opaque()

        return stub

    def _observer(self, place: int, function: types.FunctionType, original: types.FunctionType) -> Any:
        """Calls the original, and notes what it returns first; after that the function is the original again."""

        def note(value: Any) -> Any:
            self.seen.setdefault(place, saved(value))
            return value

        async def noted(result: Any) -> Any:
            return note(await result)

        def observer(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            observing, function.__code__ = function.__code__, original.__code__
            try:
                result = original(*args, **kwargs)
            except BaseException:
                function.__code__ = observing
                raise
            return noted(result) if inspect.iscoroutine(result) else note(result)

        return observer

    def _replace_data(self) -> None:
        """Replace values that are not functions, and classes without functions of their own."""
        for name, value in list(vars(self.solution).items()):
            if name in _MODULE_NAMES or not self._is_replaced(name, value):
                continue
            constant = None if self.mode == RAISE or isinstance(value, type) else saved(value)
            vars(self.solution)[name] = load(constant)[CONSTANTS.index(self.mode)] if constant else Raising()

    def _is_replaced(self, name: str, value: Any) -> bool:
        """Whether a name of the program is no function or class that is changed in place."""
        if isinstance(value, types.ModuleType) or _has_functions(value, self.solution):
            return isinstance(value, type) and _is_made_elsewhere(value, self.solution, plain=self.mode == RAISE)
        if isinstance(value, type) and issubclass(value, BaseException):
            return False
        foreign = callable(value) and getattr(value, "__module__", None) != self.solution.__name__
        return not (foreign and name in self.imported)


class Raising:
    """Stands for a value of the program: whatever is done with it raises."""

    def __getattribute__(self, name: str) -> Any:
        raise StubError


def _raises(*_: Any, **__: Any) -> Any:
    raise StubError


_OPERATORS = "call len iter next getitem contains eq ne lt le gt ge add radd sub rsub mul rmul bool str repr hash"
for _operator in _OPERATORS.split():
    setattr(Raising, f"__{_operator}__", _raises)


def functions_of(solution: types.ModuleType) -> list[types.FunctionType]:
    """The functions and methods that the program defines at its top level, in order."""
    found: dict[int, types.FunctionType] = {}
    for value in list(vars(solution).values()):
        for function in _functions_in(value, solution):
            found.setdefault(id(function), function)
    return list(found.values())


def _functions_in(value: Any, solution: types.ModuleType) -> Iterator[types.FunctionType]:
    if isinstance(value, type) and value.__module__ == solution.__name__:
        for name, part in list(vars(value).items()):
            if name not in _KEPT:
                for inner in _unwrapped(part):
                    yield from _own(inner, solution)
    else:
        for inner in _unwrapped(value):
            yield from _own(inner, solution)


def _has_functions(value: Any, solution: types.ModuleType) -> bool:
    return any(True for _ in _functions_in(value, solution))


def _own(value: Any, solution: types.ModuleType) -> Iterator[types.FunctionType]:
    if isinstance(value, types.FunctionType) and value.__globals__ is vars(solution):
        yield value


def _unwrapped(value: Any) -> Iterator[Any]:
    """A value and the functions inside it: of methods, properties, partial objects and decorated functions."""
    waiting, seen = [value], 0
    while waiting and seen < _WRAPPERS:
        seen += 1
        one = waiting.pop()
        yield one
        if isinstance(one, property):
            waiting += [part for part in (one.fget, one.fset, one.fdel) if part]
        elif isinstance(one, (staticmethod, classmethod)):
            waiting.append(one.__func__)
        elif isinstance(one, (functools.partial, functools.partialmethod, functools.cached_property)):
            waiting.append(one.func)
        elif isinstance(one, (types.FunctionType, functools._lru_cache_wrapper)):  # noqa: SLF001 - it has no public name
            waiting += [one.__wrapped__] if hasattr(one, "__wrapped__") else []
            registry = getattr(one, "registry", None)  # of `functools.singledispatch`
            waiting += registry.values() if isinstance(registry, Mapping) else []


def _is_made_elsewhere(kind: type, solution: types.ModuleType, *, plain: bool) -> bool:
    """Whether objects of a class are made by code that is not the program's (an enum, a model of pydantic).

    Args:
        kind: the class.
        solution: the program.
        plain: count a class that leaves this to `object`, too.
    """
    if issubclass(kind, BaseException):
        return False
    makers = [getattr(kind, name) for name in ("__init__", "__new__")]
    if any(_has_functions(maker, solution) for maker in makers):
        return False
    return plain or makers != [object.__init__, object.__new__]


def imported_names(source: str) -> set[str]:
    """Names that a program binds by an import."""
    tree = ast.parse(source)
    aliases = [
        alias for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names
    ]
    return {(alias.asname or alias.name).partition(".")[0] for alias in aliases}


def _binder(original: types.FunctionType) -> Callable[..., Any]:
    try:
        return inspect.signature(original, follow_wrapped=False).bind
    except (TypeError, ValueError):
        return lambda *_, **__: None


def _with_stub(template: types.CodeType, original: types.CodeType, stub: Any) -> types.CodeType:
    """A template's code with the stub as its constant; it takes the closure of the original, and does not use it."""
    constants = tuple(stub if constant == _PLACE else constant for constant in template.co_consts)
    return template.replace(
        co_consts=constants,
        co_freevars=original.co_freevars,
        co_name=original.co_name,
        co_filename=original.co_filename,
        co_firstlineno=original.co_firstlineno,
    )
