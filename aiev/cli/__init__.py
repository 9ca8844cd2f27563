"""The command line: parse, load the configuration, call one function, print.

The only package that prints or exits. Each command or group of commands is a module; everything heavy is imported in
the function that uses it, so that `aiev --help` stays quick.
"""

from __future__ import annotations

import click

from aiev import __version__
from aiev.cli.batch import batch
from aiev.cli.config import config_group
from aiev.cli.doctor import doctor
from aiev.cli.evaluate import evaluate, evaluate_benchmark, gate
from aiev.cli.execute import execute
from aiev.cli.exits import Group
from aiev.cli.export import export, split
from aiev.cli.inspect import inspect
from aiev.cli.migrate import migrate
from aiev.cli.models import models
from aiev.cli.prefer import prefer
from aiev.cli.sandbox import image, sandbox
from aiev.cli.seeds import seeds
from aiev.cli.self_align import self_align
from aiev.cli.self_learn import self_learn
from aiev.cli.serve import serve
from aiev.cli.stats import stats
from aiev.cli.status import status
from aiev.cli.teach import teach
from aiev.cli.train import train
from aiev.cli.verify import verify


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, "--version", prog_name="aiev")
def main() -> None:
    """Make fine-tuning data for code models: dialogues whose programs ran until their unit tests passed."""


for command in (
    *(teach, self_align, prefer, verify, seeds, batch, status, inspect, serve, stats, split, export),
    *(train, evaluate, gate, self_learn, evaluate_benchmark),
    *(execute, doctor, config_group, image, sandbox, models, migrate),
):
    main.add_command(command)
