"""What tests of exports compare."""

from aiev.dataset.formats import SHAPES

ALL = tuple(SHAPES)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
