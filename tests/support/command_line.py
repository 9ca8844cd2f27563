"""What a command says, and what its end must look like."""

_NOTICE = "aiev: programs run in bubblewrap (docker:"
"""Begins the line that says, where Docker does not answer, what programs run in instead."""


def said(stderr):
    """The lines of a command's standard error, without empty ones and without that notice."""
    return [line for line in stderr.split("\n") if line.strip() and not line.startswith(_NOTICE)]


def assert_one_line(done, code, *words):
    """The command failed with one line on standard error, which holds the words."""
    assert done.exit_code == code, done.stderr
    assert "Traceback" not in done.stderr
    lines = said(done.stderr)
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0]
