"""``gatehouse workflow migrate``: open requests are brought to another version of their workflow."""

from __future__ import annotations

from uuid import uuid4

import click

from launch.saying import Trouble
from webapp.cli.ground import opened
from workflows.core.adopting import Stages
from workflows.core.refusals import NOT_FOUND, Refused
from workflows.service.moving import Preview, VersionMoves

LONGEST = 3600.0
"""Seconds after which the command leaves the rest to the service."""


@click.group("workflow")
def workflow() -> None:
    """Workflow versions: check a file, publish it, list what is published."""


@workflow.command("migrate")
@click.argument("name")
@click.option("--from", "before", type=click.IntRange(1), required=True, help="The version that the requests run on.")
@click.option("--to", "after", type=click.IntRange(1), required=True, help="The version that they shall run on.")
@click.option("--stage", "stages", multiple=True, metavar="OLD=NEW", help="A stage, and what takes its place.")
@click.option("--why", default="", help="Why; it is put on the record of each request. Needed with --apply.")
@click.option("--apply", is_flag=True, help="Do it. Without this only what would come of it is said.")
def migrate(name: str, before: int, after: int, stages: tuple[str, ...], why: str, apply: bool) -> None:
    """Move every open request of workflow NAME from one version to another, or say what would come of it.

    References, titles of stages and reasons only. What cannot be moved keeps its version and runs on.
    """
    with opened() as house:
        desk = VersionMoves(house.engine, house.casework.library)
        try:
            found = desk.preview(None, name, before, after, _mapping(stages))
            _say(found)
            if not apply:
                click.echo("Nothing was changed. To do it: --apply --why REASON")
                return
            now = house.office.now()
            moving = desk.begin(
                name, before, after, found.stages, why=why, by="", command_id=str(uuid4()), at=now
            )  # fmt: skip
        except Refused as refused:
            if refused.code == NOT_FOUND:
                raise Trouble(f"There are no such two versions of {name}. See: gatehouse workflow list") from None
            raise Trouble(" ".join(each.say for each in refused.refusals)) from None
        done, declined, waiting = desk.carry_out(moving, at=now, seconds=LONGEST)
    click.echo(f"Moved: {done}. Declined: {declined}. Still waiting: {waiting}. It is move {moving.number}.")


def _mapping(stages: tuple[str, ...]) -> Stages:
    pairs = [each.partition("=") for each in stages]
    if not all(old and new for old, _, new in pairs):
        raise click.BadParameter("write OLD=NEW, two names of stages.", param_hint="--stage")
    return tuple((old, new) for old, _, new in pairs)


def _say(found: Preview) -> None:
    click.echo(f"Open requests that can be moved: {found.able}. That would be declined: {found.declined}.")
    for reason, number in found.reasons:
        click.echo(f"  {number} x {reason}")
    for each in found.rows:
        if each.reasons:
            click.echo(f"  {each.reference}  {each.stage}: {' '.join(each.reasons)}")
