import sysconfig
from pathlib import Path

import pytest

from aiev.seeds.sources.licences import Licences

GOOD = 'def twice(x):\n    """Return 2 * x."""\n    return 2 * x\n'


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("licence", "text"),
    [
        ("MIT", "Permission is hereby granted, free of charge, to any person"),
        ("Apache-2.0", "Apache License\nVersion 2.0"),
        ("BSD-3-Clause", "Redistributions ...\nNeither the name of X"),
    ],
)
def test_the_nearest_licence_file_counts(tmp_path, licence, text):
    write(tmp_path, "LICENSE", text)
    path = write(tmp_path, "pkg/a.py", GOOD)
    assert Licences(tmp_path).of(path, GOOD) == licence


def test_an_spdx_line_goes_before_the_licence_file(tmp_path):
    write(tmp_path, "LICENSE", "Permission is hereby granted, free of charge")
    path = write(tmp_path, "a.py", GOOD)
    assert Licences(tmp_path).of(path, "# SPDX-License-Identifier: ISC\n") == "ISC"


def test_an_unknown_licence_is_none(tmp_path):
    assert Licences(tmp_path).of(write(tmp_path, "a.py", GOOD), GOOD) is None


def test_the_standard_library_is_known():
    library = Path(sysconfig.get_path("stdlib"))
    assert Licences(library).of(library / "heapq.py", "") == "PSF-2.0"
