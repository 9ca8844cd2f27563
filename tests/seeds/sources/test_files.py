"""Files and folders: which are read, and what is passed over."""

import json
import os
import socket

import pytest
from support.documented import KEPT, SUFFIX, source
from support.loading import load_seeds

from aiev.errors import SeedError
from aiev.seeds.settings import SeedsSettings
from aiev.seeds.sources.named import source_items
from aiev.tables.row import Skipped
from aiev_agents.languages import LANGUAGES

GOOD = 'def twice(x):\n    """Return 2 * x."""\n    return 2 * x\n'


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


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


def test_an_unreadable_file_is_passed_over(tmp_path):
    write(tmp_path, "good.py", GOOD)
    locked = write(tmp_path, "locked.py", GOOD)
    locked.chmod(0)
    seeds = load_seeds([tmp_path])
    assert len(seeds.seeds) == 1
    assert bool(seeds.funnel.skipped) == (os.geteuid() != 0)


def test_a_folder_of_mixed_languages_gives_seeds_of_each(tmp_path):
    for language, function in KEPT.items():
        (tmp_path / f"a{SUFFIX[language]}").write_text(source(language, function))
    assert {seed.language for seed in load_seeds([tmp_path]).seeds} == set(LANGUAGES)
    chosen = load_seeds([tmp_path], languages=("go", "rust")).seeds
    assert {seed.language for seed in chosen} == {"go", "rust"}
    snippets = load_seeds([tmp_path], kind="snippet").seeds
    assert {(seed.kind, seed.language) for seed in snippets} == {("snippet", language) for language in LANGUAGES}


def test_a_folder_without_the_wanted_language_has_no_seeds(tmp_path):
    (tmp_path / "a.go").write_text(source("go", KEPT["go"]))
    with pytest.raises(SeedError, match="no seeds"):
        load_seeds([tmp_path], languages=("rust",))


def skipped(source, **options):
    items = list(source_items([str(source)], SeedsSettings(**options)))
    return [(item.reason, item.where) for item in items if isinstance(item, Skipped)]


def test_pipes_sockets_loops_and_ways_out_are_named_and_never_block(tmp_path):
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "good.py").write_text(GOOD)
    os.mkfifo(tree / "pipe.py")
    (tree / "self.py").symlink_to("self.py")
    (tree / "a").symlink_to(tree / "b")
    (tree / "b").symlink_to(tree / "a")
    (tree / "up").symlink_to(tree)
    (tree / "zero.py").symlink_to("/dev/zero")
    (tmp_path / "secret.py").write_text(GOOD.replace("2", "9"))
    (tree / "out.py").symlink_to(tmp_path / "secret.py")
    (tree / "binary.py").write_bytes(b"x = 1\0")
    (tree / "latin.py").write_bytes(b"x = '\xff'\n")
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(tree)
        server.bind("socket.py")
        found = load_seeds([tree])
    assert len(found.seeds) == 1
    assert found.funnel.passed_over == {
        "not_a_file": 1,
        "unreadable": 2,
        "link_outside": 2,
        "binary": 1,
        "invalid_text": 1,
        "not_source": 2,
    }
    named = "\n".join(found.funnel.skipped)
    for name in ("pipe.py", "self.py", "zero.py", "out.py", "binary.py", "latin.py", "socket.py"):
        assert name in named
    assert found.funnel.faults == len(found.funnel.skipped) == 7
    assert skipped(tree / "pipe.py") == [("not_a_file", str(tree / "pipe.py"))]


def test_a_source_says_its_own_encoding(tmp_path):
    text = '# -*- coding: latin-1 -*-\ndef f(x):\n    """Größe."""\n    return x + 1\n'
    (tmp_path / "a.py").write_bytes(text.encode("latin-1"))
    (tmp_path / "b.py").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    contents = {seed.content for seed in load_seeds([tmp_path]).seeds}
    assert contents == {GOOD.rstrip("\n"), text.partition("\n")[2].rstrip("\n")}
