import pytest
from support.loading import load_seeds

from aiev.seeds.writing import open_writer

GOOD = 'def twice(x):\n    """Return 2 * x."""\n    return 2 * x\n'


def test_a_database_that_was_built_is_a_source_again(tmp_path):
    (tmp_path / "a.py").write_text(GOOD)
    (seed,) = load_seeds([tmp_path / "a.py"]).seeds
    for name in ("seeds.db", "seeds.jsonl", "seeds.jsonl.gz", "seeds.parquet"):
        with open_writer(tmp_path / name) as write:
            write([seed])
        assert load_seeds([tmp_path / name]).seeds == (seed,), name
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_writer_that_fails_leaves_nothing_behind(tmp_path):
    with pytest.raises(RuntimeError), open_writer(tmp_path / "seeds.jsonl"):
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
