import os
import threading
from pathlib import Path

import pytest

from aiev.errors import UsageError
from aiev.whole_file import whole_file


def names(folder):
    return {path.name for path in folder.iterdir()} - {"home"}


def test_a_file_is_there_when_the_block_has_ended_and_not_before(tmp_path):
    with whole_file(tmp_path / "a.txt", "--out") as file:
        file.write("é\n")
        assert "a.txt" not in names(tmp_path)
    assert (tmp_path / "a.txt").read_bytes() == "é\n".encode()
    assert names(tmp_path) == {"a.txt"}


def test_an_error_leaves_the_earlier_file_and_nothing_else(tmp_path):
    (tmp_path / "a.txt").write_text("earlier")
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "a.txt", "--out") as file:
        file.write(str(1 / 0))
    assert (tmp_path / "a.txt").read_text() == "earlier"
    assert names(tmp_path) == {"a.txt"}


@pytest.mark.parametrize(
    ("name", "reason"), [("none/a.txt", "No such file"), (".", "Is a directory"), ("x" * 250, "File name too long")]
)
def test_a_place_that_cannot_be_written_is_one_line_with_its_option(tmp_path, name, reason):
    with pytest.raises(UsageError, match=rf"^--out {name[:20]}.*: cannot write there: {reason}"):
        whole_file(Path(name), "--out").__enter__()
    assert names(tmp_path) == set()


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link.txt").symlink_to("real/a.txt")
    with whole_file(tmp_path / "link.txt", "--out") as file:
        file.write("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real/a.txt").read_text() == "new"


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_text()))
    reader.start()
    with whole_file(tmp_path / "pipe", "--out") as file:
        file.write("through")
    reader.join(10)
    assert read == ["through"]
    assert (tmp_path / "pipe").is_fifo()


def test_bytes_that_are_no_text_come_out_as_they_came_in(tmp_path):
    with whole_file(tmp_path / "a.txt", "--out") as file:
        file.write(b"caf\xe9".decode(errors="surrogateescape"))
    assert (tmp_path / "a.txt").read_bytes() == b"caf\xe9"
