"""The group ``gatehouse``: collects the commands, and tells what is wrong in a sentence instead of a traceback."""

from __future__ import annotations

import os
import pkgutil
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from launch.saying import Trouble, tell
from webapp import cli
from workflows.core.refusals import Refused
from workflows.service.office import UnfitPassword
from workflows.service.unit_of_work import Busy, Unavailable
from workflows.service.upkeep import UnknownRevision
from workflows.settings import SettingError

LAUNCHER = {
    "up": "Start everything and stay until Ctrl-C.",
    "test": "Run the tests; what follows goes to pytest.",
    "check": "Lint, format, types, import contracts, generated pages.",
    "bench": "Measure the speed against its floors.",
}
HOME_SETTING = "GATEHOUSE_HOME"


def make_group() -> click.Group:
    """The group with every command of this package, and the launcher's own for the help page."""
    group = click.Group(
        "gatehouse",
        help="Gatehouse from a shell. --home DIR, anywhere, names the folder that holds all state (var/).",
    )
    for name, words in LAUNCHER.items():
        group.add_command(_launcher_command(name, words))
    for module in pkgutil.iter_modules(cli.__path__):
        if module.name not in ("__main__", "group"):
            _collect(group, vars(import_module(f"{cli.__name__}.{module.name}")).values())
    return group


def _collect(group: click.Group, values: object) -> None:
    assert hasattr(values, "__iter__")
    found = [value for value in values if isinstance(value, click.Command)]
    inner = {id(child) for each in found if isinstance(each, click.Group) for child in each.commands.values()}
    for command in found:
        if id(command) in inner or command.name is None:
            continue
        there = group.commands.get(command.name)
        if isinstance(there, click.Group) and isinstance(command, click.Group):
            for child in command.commands.values():
                there.add_command(child)
        else:
            group.add_command(command)


def _launcher_command(name: str, words: str) -> click.Command:
    def run(arguments: tuple[str, ...]) -> None:
        from launch.__main__ import main as launch

        sys.exit(launch([name, *arguments]))

    rest = click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)
    passing = {"ignore_unknown_options": True, "allow_extra_args": True}
    return click.Command(name, callback=run, params=[rest], help=words, context_settings=passing, add_help_option=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; its exit code. 1: told what is wrong; 2: the command was not understood."""
    given = take_home(list(sys.argv[1:] if arguments is None else arguments))
    try:
        code = make_group().main(given, prog_name="gatehouse", standalone_mode=False)
    except click.Abort:
        click.echo("Stopped.", err=True)
        return 130
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    except Trouble as trouble:
        return tell(trouble)
    except (SettingError, UnfitPassword, UnknownRevision) as wrong:
        return tell(Trouble(str(wrong)))
    except Refused as refused:
        return tell(Trouble(" ".join(refusal.say for refusal in refused.refusals)))
    except Unavailable:
        return tell(Trouble("The database cannot be reached.", "Is it running, and is GATEHOUSE_DATABASE_URL right?"))
    except Busy:
        return tell(Trouble("The database is busy with something else for too long.", "Try again."))
    return code if isinstance(code, int) else 0


def take_home(arguments: list[str]) -> list[str]:
    """Take ``--home DIR`` out of the arguments, wherever it stands, except where it is the launcher's own."""
    if arguments[:1] and arguments[0] in LAUNCHER:
        return arguments
    left: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--home":
            os.environ[HOME_SETTING] = next(rest, "")
        elif argument.startswith("--home="):
            os.environ[HOME_SETTING] = argument.partition("=")[2]
        else:
            left.append(argument)
    return left
