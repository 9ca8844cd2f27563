"""Finds the parts of a programmer's reply: prose, install block, solution and unit tests.

Invariant: what is returned as `tests` holds no part of `program`, so that the tests can run against another solution.
Nothing is executed here. Not covered: whether the parts are any good; the interpreter decides that.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from aiev_agents.errors import ReplyError

_FENCE = re.compile(
    r"^[ \t]*(?P<fence>```+|~~~+)[ \t]*(?P<info>[^\n`]*)\n(?P<body>.*?)(?:^[ \t]*(?P=fence)[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL,
)
_SHELL = {"bash", "sh", "shell", "console", "zsh"}
_PYTHON = {"python", "py", "python3", ""}
_TEST_MARK = re.compile(
    r"^\s*(assert\b|def test|async def test|import unittest|import pytest|class \w+\(.*TestCase)|self\.assert",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: the words after the fence, and the text inside."""

    info: str
    body: str

    @property
    def language(self) -> str:
        """First word after the fence, in lower case."""
        return self.info.split()[0].lower() if self.info.split() else ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A programmer's reply, taken apart."""

    prose: str
    install: str
    """Text of the shell blocks; empty when there is none."""
    program: str
    tests: str
    """May be empty: then the interpreter's verdict will be `no_tests`."""


def parse_reply(text: str) -> Reply:
    """Take a reply apart.

    Two kinds of reply are understood: separate blocks for solution and tests (told apart by what is in them), and one
    block that holds both (taken apart at its top-level statements).

    Raises:
        ReplyError: there is no code block, or none with a program in it; the text can be shown to the model.
    """
    blocks = [Block(m["info"].strip(), m["body"].rstrip()) for m in _FENCE.finditer(text)]
    prose = re.sub(r"\n{3,}", "\n\n", _FENCE.sub("", text)).strip()
    install = "\n".join(block.body for block in blocks if block.language in _SHELL)
    code = [block for block in blocks if block.language in _PYTHON and block.body.strip()]
    if not code:
        raise ReplyError("The reply has no ```python block. Write the complete solution in a ```python block.")
    program, tests = _divide(code)
    if not program.strip():
        raise ReplyError("The reply has tests but no solution. Write the solution in a ```python block of its own.")
    return Reply(prose=prose, install=install, program=program, tests=tests)


def _divide(code: list[Block]) -> tuple[str, str]:
    """Tell solution from tests over all code blocks."""
    if len(code) == 1:
        return split_source(code[0].body)
    tests = [block.body for block in code if _is_test_block(block)]
    programs = [block.body for block in code if not _is_test_block(block)]
    if not programs:
        program, rest = split_source(code[0].body)
        return program, "\n\n".join(part for part in (rest, *(block.body for block in code[1:])) if part)
    return "\n\n".join(programs), "\n\n".join(tests)


def _is_test_block(block: Block) -> bool:
    return "test" in block.info.lower() or bool(_TEST_MARK.search(block.body))


def split_source(source: str) -> tuple[str, str]:
    """Take one source apart into solution and tests at its top-level statements.

    A source that does not parse is returned whole as the solution, so that the interpreter reports its error.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return source, ""
    lines = source.splitlines(keepends=True)
    parts: dict[bool, list[str]] = {False: [], True: []}
    end = 0
    for node in tree.body:
        stop = node.end_lineno or node.lineno
        parts[_is_test(node)].append("".join(lines[end:stop]))
        end = stop
    return "".join(parts[False]).strip("\n"), "".join(parts[True]).strip("\n")


def _is_test(node: ast.stmt) -> bool:
    """Whether a top-level statement belongs to the tests."""
    match node:
        case ast.Assert():
            return True
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return name.startswith("test")
        case ast.ClassDef(bases=bases):
            return any("TestCase" in ast.unparse(base) for base in bases)
        case ast.Import(names=names):
            return all(name.name in {"unittest", "pytest"} for name in names)
        case ast.ImportFrom(module=module):
            return module in {"unittest", "pytest"}
        case ast.If(test=test):
            return "__main__" in ast.unparse(test)
        case ast.Expr(value=ast.Call()) | ast.For() | ast.With():
            return bool(_TEST_MARK.search(ast.unparse(node))) or "test" in ast.unparse(node)[:20]
        case _:
            return False
