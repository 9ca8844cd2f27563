import logging

import click
import pytest
from click.testing import CliRunner

from aiev.cli.exits import Group
from aiev.errors import AievError, UsageError


def run(error):
    @click.group(cls=Group)
    def group():
        pass

    @group.command()
    def fail():
        raise error

    return CliRunner().invoke(group, ["fail"])


@pytest.mark.parametrize(("error", "code"), [(AievError("broken"), 1), (UsageError("broken"), 2)])
def test_an_error_of_ours_is_one_line_with_its_exit_code(error, code):
    done = run(error)
    assert (done.exit_code, done.stderr) == (code, "aiev: broken\n")


@pytest.mark.parametrize("level", [logging.INFO, logging.WARNING])
def test_what_a_client_learns_is_said_in_one_line_and_retries_are_not(level):
    @click.group(cls=Group)
    def group():
        pass

    @group.command()
    def learn():
        logging.getLogger("aiev_agents").log(level, "shape", extra={"fields": {"message": "seed is left \x1bout"}})

    said = CliRunner().invoke(group, ["learn"]).stderr
    assert said == ("aiev: seed is left \\x1bout\n" if level == logging.WARNING else "")


def test_an_error_that_nobody_foresaw_is_not_hidden():
    assert isinstance(run(ZeroDivisionError()).exception, ZeroDivisionError)
