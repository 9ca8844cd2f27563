import ast
import inspect
import sys
from pathlib import Path

import pytest

from aiev.config.settings import Settings

MODULES = sorted({inspect.getfile(field.annotation) for field in Settings.model_fields.values()})
LEAVES = ("settings", "names", "standing")


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file[-40:])
def test_a_section_is_defined_without_the_code_that_uses_it(file):
    nodes = ast.walk(ast.parse(Path(file).read_text()))
    names = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    others = [name for name in names if name.split(".")[0] not in {*sys.stdlib_module_names, "pydantic"}]
    assert all(name.split(".")[-1] in LEAVES for name in others), others
    assert Path(file).name == "settings.py"
