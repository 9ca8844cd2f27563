"""What the end of a command must look like."""

_NOTICE = "aiev: programs run in bubblewrap (docker:"


def assert_one_line(done, code, *words):
    """The command failed with one line on standard error, which holds the words.

    Where Docker does not answer, the notice of what programs run in comes before it.
    """
    assert done.exit_code == code, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith(_NOTICE)]
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0]
