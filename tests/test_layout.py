"""The shape of the house: small files, plain names, tests beside what they test, exports that are there."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {"aiev": ROOT, "aiev_agents": ROOT / "agents", "aiev_interpreter": ROOT / "interpreter"}
MODULES = sorted(path for package, folder in PACKAGES.items() for path in (folder / package).rglob("*.py"))
MOST_LINES, MOST_RECIPE_LINES, MOST_FUNCTION_LINES = 400, 250, 60
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
ROOMS = {
    "aiev": {
        *(
            "alignment",
            "batch",
            "cli",
            "config",
            "dataset",
            "dialogue",
            "evidence",
            "preference",
            "recipes",
            "run",
            "seeds",
            "setup",
            "similarity",
            "store",
        ),
        *("student", "tables", "telemetry", "view"),
    },
    "aiev_agents": {"clients", "languages", "pool", "prompts", "roles"},
    "aiev_interpreter": {"backends", "image", "languages", "packages", "sandbox"},
}


def name_of(path):
    return str(path.relative_to(ROOT))


def lines(path):
    return len(path.read_text().split("\n")) - 1


def dotted(path):
    package = next(name for name, folder in PACKAGES.items() if (folder / name) in path.parents)
    parts = path.relative_to(PACKAGES[package]).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_file_is_long():
    every = [*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "docs").glob("*.py")]
    assert {name_of(path): lines(path) for path in every if lines(path) > MOST_LINES} == {}


def test_recipes_read_like_a_figure():
    assert {
        path.name: lines(path) for path in (ROOT / "aiev/recipes").glob("*.py") if lines(path) > MOST_RECIPE_LINES
    } == {}


def test_no_function_is_long():
    found = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = node.end_lineno - node.lineno + 1
                if length > MOST_FUNCTION_LINES and "cli" not in path.parts:  # a command has a line for each option
                    found[f"{name_of(path)}:{node.name}"] = length
    assert found == {}


def test_modules_are_named_after_what_they_hold():
    assert [name_of(path) for path in MODULES if path.stem in VAGUE] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_has_the_rooms_of_the_architecture(package):
    folder = PACKAGES[package] / package
    assert {path.name for path in folder.iterdir() if path.is_dir() and path.name != "__pycache__"} == ROOMS[package]
    text = (ROOT / "docs" / "architecture.md").read_text()
    assert [room for room in ROOMS[package] if f"`{room}/`" not in text] == []


def test_no_module_takes_what_another_keeps_to_itself():
    taken = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in PACKAGES:
                taken += [f"{name_of(path)}: {node.module}.{name.name}" for name in node.names if name.name[0] == "_"]
    assert [one for one in taken if not one.endswith("__version__")] == []


@pytest.mark.parametrize("path", [path for path in MODULES if "__all__" in path.read_text()], ids=name_of)
def test_what_a_module_exports_is_there_and_documented(path):
    module = importlib.import_module(dotted(path))
    for name in module.__all__:
        value = getattr(module, name)
        assert not callable(value) or value.__doc__, name


def test_every_module_says_what_it_is_for():
    assert [name_of(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_every_room_of_aiev_has_tests_of_its_own():
    assert {room for room in ROOMS["aiev"] if not list((ROOT / "tests" / room).glob("test_*.py"))} == set()


def test_no_text_is_cut_by_splitlines():
    """It cuts at form feeds, U+0085, U+2028 and more, so inside of programs and rows; `aiev_agents.lines` does not."""
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "splitlines"
    ]
    assert found == []
