"""Lines over pipes, within a deadline."""

import os
import select
import time

import pytest

from aiev_interpreter.backends.lines import DeadlineError, LineReader, wait_for, write_all


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    yield reading, writing
    os.close(reading)
    os.close(writing)


def soon():
    return time.monotonic() + 0.1


def test_lines_are_assembled_from_parts():
    parts = [b"a", b"b\nc", b"d\n", b"e"]
    reader = LineReader(lambda _: parts.pop(0) if parts else b"")
    assert [reader.line(soon()) for _ in range(3)] == [b"ab", b"cd", b""]


def test_reading_ends_at_the_deadline(pipe):
    with pytest.raises(DeadlineError):
        wait_for(pipe[0], select.POLLIN, soon())


def test_writing_to_a_reader_that_does_not_read_ends_at_the_deadline(pipe):
    with pytest.raises(DeadlineError):
        write_all(pipe[1], bytes(1 << 22), soon())


def test_everything_is_written(pipe):
    write_all(pipe[1], b"x" * 1000, soon())
    assert os.read(pipe[0], 2000) == b"x" * 1000
