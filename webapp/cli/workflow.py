"""``gatehouse workflow``: publish and list workflow versions."""

from __future__ import annotations

from pathlib import Path

import click

from launch.saying import Trouble
from webapp.cli.ground import opened
from webapp.cli.workflow_files import read_text
from workflows.core.refusals import Refused
from workflows.definitions.faults import BadDefinition
from workflows.service import publishing
from workflows.service.library import Library, UnknownWorkflow
from workflows.service.variants import Variants


@click.group("workflow")
def workflow() -> None:
    """Workflow versions: check a file, export it, publish it, list what is published."""


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
                done = (publishing.publish(house.engine, read_text(file), source=file.name, by="", at=now),)
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


@workflow.command("variant")
@click.argument("organisation")
@click.argument("name")
@click.argument("variant", required=False, default="")
@click.option("--reason", required=True, help="Why these times are used; kept on the register.")
def variant(organisation: str, name: str, variant: str, reason: str) -> None:
    """Choose the times that new cases of an ORGANISATION run on: a VARIANT of a workflow, or the usual ones.

    Open cases keep the times that they began with.
    """
    with opened() as house:
        now = house.office.now()
        place = next((each for each in house.office.organisations() if each.key == organisation), None)
        if place is None:
            raise Trouble(f"There is no organisation with the key {organisation}.")
        choice = Variants(house.engine, Library())
        try:
            choice.choose(None, place.id, workflow=name, variant=variant, reason=reason, now=now)
        except Refused as refused:
            raise Trouble(" ".join(each.say for each in refused.refusals)) from None
        except UnknownWorkflow:
            raise Trouble(f"No version of {name} has been published.") from None
    click.echo(f"{place.name} uses {variant or 'the usual times'} for new cases of {name}.")
