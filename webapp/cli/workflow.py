"""``gatehouse workflow``: check, publish and list workflow versions."""

from __future__ import annotations

from pathlib import Path

import click

from launch.saying import Trouble
from webapp.cli.ground import opened
from workflows.definitions.faults import BadDefinition
from workflows.definitions.lint import check as faults_of
from workflows.service import publishing

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group("workflow")
def workflow() -> None:
    """Workflow versions: check a file, publish it, list what is published."""


@workflow.command("check")
@FILE
def check(file: Path) -> None:
    """Say everything that is wrong with a workflow file, line by line; exit 1 when there is something."""
    faults = faults_of(_text(file), source=file.name)
    for fault in faults:
        click.echo(str(fault), err=True)
    if faults:
        raise click.exceptions.Exit(1)
    click.echo(f"{file.name} is a good workflow.")


@workflow.command("publish")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish(file: Path | None) -> None:
    """Publish a workflow file; without one, each shipped workflow that is newer than what is published.

    New cases start on the new version. Open cases stay on theirs.
    """
    with opened() as house:
        now = house.office.now()
        try:
            if file is None:
                done = publishing.publish_shipped(house.engine, by="", at=now)
            else:
                done = (publishing.publish(house.engine, _text(file), source=file.name, by="", at=now),)
        except BadDefinition as bad:
            for fault in bad.faults:
                click.echo(str(fault), err=True)
            raise Trouble("It was not published: nothing has changed.", "Mend these faults and try again.") from None
        except publishing.NotNewer as known:
            raise Trouble(str(known)) from None
    for ref in done:
        click.echo(f"Published: {ref.workflow} version {ref.version}.")
    if not done:
        click.echo("Nothing is newer than what is published.")


@workflow.command("list")
def listing() -> None:
    """Every published version, with the open cases that it still carries."""
    with opened() as house:
        rows = publishing.published(house.engine)
    for row in rows:
        click.echo(
            f"{row.workflow} {row.version}  published {row.published_at:%d %b %Y %H:%M} UTC  "
            f"{row.open_cases} open  {row.digest[:12]}"
        )
    if not rows:
        click.echo("No workflow has been published. Publish the shipped ones with: gatehouse workflow publish")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise Trouble(f"{file} cannot be read as text: {type(fault).__name__}.") from None
