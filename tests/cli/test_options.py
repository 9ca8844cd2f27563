import json

import click
from click.testing import CliRunner

from aiev.cli.options import AS_JSON, configured, setting


@click.command()
@setting("--workers", "run.workers", type=click.IntRange(min=1))
@setting("--seed", "run.seed", type=int)
@setting("--source", "seeds.sources", multiple=True)
@setting("--log-file", "telemetry.log_file")
@setting("--prompts", "telemetry.log_prompts", to=True)
@setting("--keep", "export.secrets", to=False)
@configured
@AS_JSON
def probe(config, as_json):
    click.echo(json.dumps({name: str(origin) for name, origin in config.origins.items() if origin != "default"}))
    settings = config.settings
    values = [settings.run.workers, settings.run.seed, settings.seeds.sources, settings.telemetry.log_file]
    click.echo(json.dumps([*values, settings.telemetry.log_prompts, settings.export.secrets]))


def run(*arguments):
    done = CliRunner().invoke(probe, arguments, catch_exceptions=False)
    origins, values = done.stdout.splitlines()
    return json.loads(origins), json.loads(values)


def test_options_that_are_not_given_leave_the_configuration_as_it_is():
    origins, values = run()
    assert origins == {}
    assert values[4:] == [False, True]


def test_an_option_sets_its_value_whatever_its_type():
    given = ["--workers", "7", "--seed", "0", "--source", "a b.py", "--source", 'é"', "--log-file", "\\x", "--prompts"]
    _, values = run(*given, "--keep")
    assert values == [7, 0, ["a b.py", 'é"'], "\\x", True, False]


def test_an_option_wins_over_set_and_set_over_a_file(tmp_path):
    (tmp_path / "c.toml").write_text("[run]\nworkers = 2\nseed = 2\n")
    layers = ["--config", str(tmp_path / "c.toml"), "--set", "run.workers=3", "--set", "run.seed=3"]
    _, values = run(*layers, "--workers", "4")
    assert values[:2] == [4, 3]


def test_a_value_out_of_range_is_a_usage_error():
    assert CliRunner().invoke(probe, ["--workers", "0"]).exit_code == 2
