"""``gatehouse workflow check``, ``export`` and ``schema``: what can be asked of a file without a database."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from launch.saying import Trouble, tell
from workflows.core.definition import Definition
from workflows.definitions.bpmn import bpmn
from workflows.definitions.faults import BadDefinition, Fault
from workflows.definitions.json_schema import schema_text
from workflows.definitions.lint import check as faults_of
from workflows.definitions.lint import load_checked
from workflows.definitions.loader import builtin_names, read_builtin
from workflows.definitions.source import MOST_CHARACTERS
from workflows.definitions.states import mermaid
from workflows.definitions.svg import svg

FILE = click.Path(dir_okay=False, path_type=Path)
WRITERS: Mapping[str, Callable[[Definition], str]] = {"bpmn": bpmn, "mermaid": mermaid, "svg": svg}
BAD, UNREADABLE = 1, 2
"""Exit codes: something is wrong with a file; a file could not be read at all."""


@click.group("workflow")
def workflow() -> None:
    """Workflow files: check them, and what editors need to know of them."""


@workflow.command("check")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people or programs.")
def check(files: tuple[Path, ...], form: str) -> None:
    """Say everything that is wrong with workflow FILES, line by line.

    Ends with 0 when nothing is wrong, with 1 when something is, with 2 when a file cannot be read.
    """
    try:
        found = {str(file): faults_of(read_text(file), source=file.name) for file in files}
    except Trouble as trouble:
        tell(trouble)
        raise click.exceptions.Exit(UNREADABLE) from None
    if form == "json":
        click.echo(json.dumps(_report(found), indent=2, ensure_ascii=False))
    else:
        _say(found)
    if any(found.values()):
        raise click.exceptions.Exit(BAD)


def _say(found: dict[str, tuple[Fault, ...]]) -> None:
    for file, faults in found.items():
        for fault in faults:
            click.echo(str(fault), err=True)
        if not faults:
            click.echo(f"{Path(file).name} is a good workflow.")


def _report(found: dict[str, tuple[Fault, ...]]) -> dict[str, object]:
    return {
        "good": not any(found.values()),
        "files": [
            {
                "file": file,
                "good": not faults,
                "faults": [{"rule": each.rule, "line": each.line, "say": each.say} for each in faults],
            }
            for file, faults in found.items()
        ],
    }


@workflow.command("export")
@click.argument("what", metavar="FILE|NAME")
@click.option("--as", "form", type=click.Choice(list(WRITERS)), required=True, help="What it shall become.")
@click.option("--output", type=FILE, help="A file to write; without it the text is printed.")
def export(what: str, form: str, output: Path | None) -> None:
    """Write a workflow for the tools of others: a workflow FILE, or one that is shipped, by its NAME."""
    try:
        text = WRITERS[form](_definition(what))
    except BadDefinition as bad:
        for fault in bad.faults:
            click.echo(str(fault), err=True)
        raise Trouble(f"{what} cannot be drawn.", "Mend these faults and try again.") from None
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise Trouble(f"{output} cannot be written: {fault.strerror}.") from None
    click.echo(f"Written: {output}")


def _definition(what: str) -> Definition:
    """The workflow of a file, or a shipped one; one that lint has something against has no drawing to rely on."""
    path = Path(what)
    if not path.is_file() and what in builtin_names():
        return load_checked(read_builtin(what), source=what)
    return load_checked(read_text(path), source=path.name)


@workflow.command("schema")
def schema() -> None:
    """Print the JSON Schema of workflow files, with which editors complete and check them."""
    click.echo(schema_text(), nl=False)


def read_text(file: Path) -> str:
    """The text of a file, and no more of it than is ever looked at. Raises Trouble for what cannot be read as text."""
    try:
        with file.open(encoding="utf-8") as opened:
            return opened.read(MOST_CHARACTERS + 1)
    except (OSError, UnicodeDecodeError) as fault:
        raise Trouble(f"{file} cannot be read as text: {type(fault).__name__}.") from None
