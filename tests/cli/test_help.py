import subprocess
import sys

import click

from aiev.cli import main


def test_help_loads_nothing_heavy():
    script = (
        "import sys\nfrom aiev.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'openai', 'langgraph', 'pydantic', 'docker', 'sqlite_utils', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_list_of_commands_shows_each_sentence_in_full():
    for command in main.commands.values():
        assert len(command.get_short_help_str(limit=1000)) <= 64


def test_every_command_and_option_has_a_help_text():
    def commands(command):
        yield command
        for child in getattr(command, "commands", {}).values():
            yield from commands(child)

    for command in commands(main):
        assert command.help, command.name
        options = [one for one in command.params if isinstance(one, click.Option)]
        assert [one.name for one in options if not one.help] == [], command.name
