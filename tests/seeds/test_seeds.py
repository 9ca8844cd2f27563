import json
import os
import random
import sysconfig
from pathlib import Path

import pytest
from support.loading import load_seeds

from aiev.errors import SeedError
from aiev.seeds.extract import documented_functions, random_snippets
from aiev.seeds.licences import Licences
from aiev.seeds.load import shipped_seeds

GOOD = 'def twice(x):\n    """Return 2 * x."""\n    return 2 * x\n'
SOURCE = f'''{GOOD}

def quiet(x):
    return x


@property
def marked(x):
    """Decorated."""
    return x


class C:
    def method(self):
        """Not top-level."""
        return 1
'''


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_documented_top_level_functions_are_found_with_name_and_line():
    found = list(documented_functions(SOURCE))
    assert [(snippet.name, snippet.line) for snippet in found] == [("twice", 1), ("marked", 10)]
    assert found[1].content.startswith("@property\n")


def test_snippets_are_one_to_fifteen_consecutive_lines_and_reproducible():
    text = "\n".join(f"line {n}" for n in range(1000))
    first = list(random_snippets(text, random.Random(1)))
    assert first == list(random_snippets(text, random.Random(1)))
    assert first
    for snippet in first:
        lines = snippet.content.splitlines()
        assert 1 <= len(lines) <= 15
        assert snippet.content in text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('def f(x):\n    """D."""\n    print(x)', "no_return_value"),
        ('def f():\n    """D."""\n    return 1', "no_arguments"),
        ('def f(x): """D."""', "size"),
        ('def f(x):\n    """D."""\n    return _helper(x)', "not_self_contained"),
        ('def f(x):\n    """D."""\n    return open(x).read()', "reaches_outside"),
        ('def f(x):\n    """D."""\n    import os\n    return os.stat(x)', "bad_import"),
        ('def f(x):\n    """D."""\n    import socket\n    return socket.gethostbyname(x)', "reaches_outside"),
        ('def f(x):\n    """D."""\n    return x +', "parse_error"),
    ],
)
def test_each_filter_drops_with_its_reason(tmp_path, body, reason):
    write(tmp_path, "a.py", f"{GOOD}\n\n{body}\n")
    funnel = load_seeds([tmp_path]).funnel
    assert dict(funnel.dropped) == {reason: 1}
    assert funnel.taken == funnel.kept + funnel.dropped.total() == 2


def test_the_sample_does_not_depend_on_the_order_of_files(tmp_path):
    for folder in ("x", "y"):
        for n in range(20):
            name = f"{n if folder == 'x' else 20 - n}.py"
            write(tmp_path / folder, name, GOOD.replace("2 * x", f"{n} * x"))
    first, second = (load_seeds([tmp_path / folder], limit=5, seed=3).seeds for folder in ("x", "y"))
    assert [seed.id for seed in first] == [seed.id for seed in second]
    assert [seed.id for seed in first] != [seed.id for seed in load_seeds([tmp_path / "x"], limit=5, seed=4).seeds]


def test_equal_functions_come_once(tmp_path):
    write(tmp_path, "a.py", GOOD)
    write(tmp_path, "b.py", GOOD)
    seeds = load_seeds([tmp_path])
    assert len(seeds.seeds) == 1
    assert seeds.funnel.dropped["duplicate"] == 1


def test_what_cannot_be_read_is_named_and_passed_over(tmp_path):
    write(tmp_path, "good.py", GOOD)
    (tmp_path / "latin.py").write_bytes(b'x = "\xff\xfe"\n')
    write(
        tmp_path,
        "rows.jsonl",
        json.dumps({"content": GOOD + "#"}) + "\n{broken\n[1]\n" + json.dumps({"code": ""}) + "\n",
    )
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "dangling.py").symlink_to(tmp_path / "nowhere")
    seeds = load_seeds([tmp_path, tmp_path / "rows.jsonl"])
    assert len(seeds.seeds) == 2
    named = "\n".join(seeds.funnel.skipped)
    for part in ("latin.py", "dangling.py", "rows.jsonl:2", "rows.jsonl:3", "rows.jsonl:4"):
        assert part in named


def test_test_files_and_hidden_folders_are_left_out(tmp_path):
    write(tmp_path, "tests/a.py", GOOD)
    write(tmp_path, ".venv/a.py", GOOD)
    write(tmp_path, "test_a.py", GOOD)
    with pytest.raises(SeedError, match="no seeds"):
        load_seeds([tmp_path])


def test_a_missing_source_is_one_clear_line(tmp_path):
    with pytest.raises(SeedError, match=r"no such seed source: .*nowhere; give a source file") as caught:
        load_seeds([tmp_path / "nowhere"])
    assert "\n" not in str(caught.value)


def test_nothing_left_says_what_was_dropped(tmp_path):
    path = write(tmp_path, "a.py", "def f():\n    '''D.'''\n    return 1\n")
    with pytest.raises(SeedError, match="1 no_arguments"):
        load_seeds([path])


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


def test_the_shipped_seeds_are_licensed_documented_and_named_by_their_content():
    rows = [json.loads(line) for line in shipped_seeds().read_text().splitlines()]
    loaded = {seed.id for seed in load_seeds([]).seeds}
    assert len(rows) >= 40
    assert {row["id"] for row in rows} == loaded
    for row in rows:
        assert row["licence"] == "PSF-2.0"
        assert row["source"].startswith("lib/python3.11/")
        assert list(documented_functions(row["content"])), row["name"]
    assert (shipped_seeds().parent / "NOTICE").exists()


def test_an_unreadable_file_is_passed_over(tmp_path):
    write(tmp_path, "good.py", GOOD)
    locked = write(tmp_path, "locked.py", GOOD)
    locked.chmod(0)
    seeds = load_seeds([tmp_path])
    assert len(seeds.seeds) == 1
    assert bool(seeds.funnel.skipped) == (os.geteuid() != 0)
