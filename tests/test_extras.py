import sys

import pytest

from aiev.errors import SetupError
from aiev.extras import extra


def test_a_package_that_is_missing_is_one_line_with_the_extra_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SetupError, match=r"^Parquet needs pyarrow; install it with: pip install 'aiev\[export\]'$"):  # noqa: SIM117 - the inner one is tested
        with extra("export", "Parquet"):
            import pyarrow.parquet  # noqa: F401


def test_other_errors_come_through():
    with pytest.raises(ValueError, match="broken"), extra("export", "Parquet"):
        raise ValueError("broken")
