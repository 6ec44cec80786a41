"""``gatehouse workflow simulate``: what a version would change, tried on past and open requests."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import uuid4

import click

from launch.saying import Trouble
from webapp.cli.ground import opened
from webapp.house import House
from webapp.views import simulation_words as words
from workflows.core.definition import Urgency
from workflows.core.permissions import Principal
from workflows.core.simulated import MOST, Chosen
from workflows.core.simulating_report import Summary
from workflows.service.simulation import Simulations
from workflows.service.simulation_run import TookTooLong, compare


@click.group("workflow")
def workflow() -> None:
    """Workflow versions: check a file, publish it, list what is published."""


@workflow.command("simulate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--workflow", "name", help="The workflow that the file must be a version of.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only requests sent on this day or later.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Only requests sent on this day or earlier.")
@click.option("--state", type=click.Choice(["open", "closed"]), help="Only open or only closed requests.")
@click.option("--urgency", type=click.Choice([each.value for each in Urgency]), help="Only requests as urgent as this.")
@click.option("--limit", type=click.IntRange(1, MOST), default=MOST, show_default=True, help="At most so many.")
@click.option("--pack", default="", help="A version of a policy pack to try as well, as pack/version.")
@click.option("--keep", is_flag=True, help="Keep the report with the version, as the page does. Needs --by.")
@click.option("--by", help="The e-mail address of the administrator in whose name it is kept.")
def simulate(
    file: Path, name: str | None, since: datetime | None, until: datetime | None, state: str | None,
    urgency: str | None, limit: int, pack: str, keep: bool, by: str | None,
) -> None:  # fmt: skip
    """Replay past and open requests under FILE and say what would be otherwise. Nothing is changed.

    References, stages, roles and dates only. Without --keep nothing is stored either.
    """
    chosen = Chosen(
        since=since.date() if since else None, until=until.date() if until else None, state=state or "",
        urgency=Urgency(urgency) if urgency else None, most=limit, pack=pack,
    )  # fmt: skip
    if keep != bool(by):
        raise click.UsageError("--keep and --by go together.")
    source = _text(file)
    with opened() as house:
        desk = Simulations(house.engine, house.casework.library)
        candidate = desk.candidate(source)
        if pack and pack not in desk.packs():
            raise Trouble(f"No pack {pack} has been published.", f"There are: {', '.join(desk.packs())}")
        if name is not None and candidate.ref.workflow != name:
            raise Trouble(f"{file.name} is a version of {candidate.ref.workflow}, not of {name}.")
        if by:
            found, number = _kept(house, desk, source, chosen, by)
            click.echo(f"Kept as simulation {number}.")
        else:
            try:
                found = compare(house.engine, house.casework.library, candidate, chosen)
            except TookTooLong:
                raise Trouble("It took too long, so it was stopped.", "Choose fewer requests: --limit.") from None
        organisations = {each.id: each.name for each in desk.organisations()}
    for line in words.lines(found, organisations):
        click.echo(line)


def _kept(house: House, desk: Simulations, source: str, chosen: Chosen, by: str) -> tuple[Summary, int]:
    """The report of a run that is stored, and its number."""
    run = desk.now(_person(house, by), source, chosen, run_id=str(uuid4()), at=house.office.now())
    if run.summary is None:
        raise Trouble(words.WHY.get(run.why, "The same is under way already: see the page “What would change?”."))
    return run.summary, run.number


def _person(house: House, email: str) -> Principal:
    found = house.office.find(email)
    if found is None:
        raise click.BadParameter("nobody here has this address.", param_hint="--by")
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise Trouble(f"{file} cannot be read as text: {type(fault).__name__}.") from None
