"""Folders are emptied and measured whatever is in them."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from aiev_interpreter.sandbox import folders

MAZE = """
import os, socket, sys
top = sys.argv[1]
for name in ("a" * 200, "b"):
    os.chdir(top)
    for _ in range(1200):
        os.mkdir(name)
        os.chdir(name)
    with open("end", "w") as end:
        end.write("12345")
os.chdir(top)
os.makedirs("closed/inner")
os.mkdir(b"\\xff\\xfe")
os.mkfifo("closed/inner/pipe")
socket.socket(socket.AF_UNIX).bind("closed/socket")
os.symlink("/", "link")
os.symlink(".", "b/loop")
for number in range(2000):
    os.mknod(f"closed/{number}")
os.chmod("closed/inner", 0)
os.chmod("closed", 0)
"""
"""Chains of folders that are deeper than recursion and longer than paths allow, and everything else that is odd."""


@pytest.fixture
def maze():
    top = Path(tempfile.mkdtemp(dir="/dev/shm"))  # in memory, as the folders of a sandbox are
    subprocess.run([sys.executable, "-c", MAZE, str(top)], check=True)
    yield top
    folders.remove(str(top))


def test_everything_in_a_folder_is_removed_and_the_folder_stays(maze):
    assert folders.empty(str(maze)) is True
    assert list(maze.iterdir()) == []
    assert Path("/etc/passwd").exists()


def test_a_folder_is_removed_with_everything_in_it(maze):
    folders.remove(str(maze))
    assert not maze.exists()
    folders.remove(str(maze))


def test_the_size_counts_files_at_any_depth_and_follows_no_links(maze):
    links = len("/") + len(".")
    assert folders.size_of(str(maze)) == len("12345") * 2 + links
    assert folders.size_of(str(maze / "none")) == 0


def test_new_names_are_in_nobodys_way(tmp_path):
    for name in ("0", "1", "a"):
        (tmp_path / name / "0" / "1").mkdir(parents=True)
        (tmp_path / name / "1").touch()
    assert folders.empty(str(tmp_path)) is True


def test_emptying_gives_up_after_a_while_and_can_be_taken_up_again(maze):
    assert folders.empty(str(maze), seconds=0.001) is False
    assert folders.empty(str(maze)) is True
