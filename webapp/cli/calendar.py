"""``gatehouse calendar``: load, compare, preview, activate, turn down and list versions of bank holidays."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import uuid4

import click

from launch.saying import Trouble
from webapp.cli.ground import opened
from webapp.context import clock_text
from webapp.house import House
from webapp.views import calendar_words as say
from webapp.views.time_words import CALENDAR_TITLES
from workflows.core.day_sets import Taking
from workflows.core.refusals import NOT_FOUND, Refusal, Refused
from workflows.definitions.calendars import NATIONS
from workflows.definitions.day_files import BadDays, read_days
from workflows.service.calendaring import Calendars, SetLine

BY = click.option("--by", required=True, metavar="EMAIL", help="The administrator or manager who does it.")
NUMBER = click.argument("number", type=click.IntRange(min=1))
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("calendar")
def calendar() -> None:
    """Bank holidays, closure days and service hours, in versions."""


@calendar.command("list")
def listing() -> None:
    """Every version: whose days it has, and whether it is in force; how far each nation's days reach."""
    with opened() as house:
        desk, now = _desk(house), house.office.now()
        lines, reach = desk.shelf(at=now), desk.horizons(at=now)
    for line in lines:
        click.echo(f"{line.found.number:>4}  {_name(line):48} {_state(line)}".rstrip())
    for name, day, near in reach:
        warning = ": FEWER THAN 90 DAYS LEFT, load newer ones" if near else ""
        click.echo(f"Bank holidays of {CALENDAR_TITLES[name]} are known up to {day.isoformat()}{warning}.")


@calendar.command("show")
@NUMBER
def show(number: int) -> None:
    """One version with its days."""
    with opened() as house:
        line = _line(_desk(house), number, house.office.now())
    click.echo(f"{say.title_of(line.found)}: {_state(line)}")
    click.echo(f"Source: {line.found.source}")
    if line.found.horizon:
        click.echo(f"Last day covered: {line.found.horizon.isoformat()}")
    for row in say.hours_rows(line.found.hours) if line.found.organisation_id else ():
        click.echo(f"{row['key']:10} {row['value']}")
    for day, title in line.found.days:
        click.echo(f"{day.isoformat()}  {title}")


@calendar.command("load")
@click.argument("file", type=FILE)
@click.option("--nation", required=True, type=click.Choice(list(NATIONS)), help="Whose bank holidays the file has.")
@click.option("--source", required=True, help="Where the days come from.")
@click.option("--note", required=True, help="Why it is loaded. Name nobody a request is about.")
@click.option(
    "--take", type=click.Choice([each.value for each in Taking]), default=Taking.YEARS.value, show_default=True,
    help="years: the file holds whole years, others stay. more: it holds days to add. whole: nothing else stays.",
)  # fmt: skip
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day covered; else it stays as it is.")
@BY
def load(file: Path, nation: str, source: str, note: str, take: str, until: datetime | None, by: str) -> None:
    """Load a file of bank holidays (JSON or ICS of GOV.UK, or CSV). A second administrator must activate it."""
    try:
        days = read_days(_text(file), division=nation)
    except BadDays as bad:
        for fault in bad.faults:
            click.echo(f"{file.name}: {fault}", err=True)
        raise Trouble("It was not loaded: nothing has changed.", "Mend these faults and try again.") from None
    with opened() as house:
        number = _desk(house).load(
            _person(house, by), calendar=nation, source=source, days=days, horizon=until.date() if until else None,
            note=note, command_id=str(uuid4()), at=house.office.now(), how=Taking(take),
        )  # fmt: skip
    click.echo(f"Loaded: version {number}. A second person has to activate it.")


@calendar.command("compare")
@NUMBER
def compare(number: int) -> None:
    """Which days a version adds to those in force, and which it takes away."""
    with opened() as house:
        found = _desk(house).difference(number, at=house.office.now())
    for mark, days in (("+", found.added), ("-", found.removed)):
        for day, title in days:
            click.echo(f"{mark} {day.isoformat()}  {title}")
    if not found.added and not found.removed:
        click.echo("It adds no day and takes none away.")


@calendar.command("preview")
@NUMBER
@click.option("--page", type=click.IntRange(min=1), default=1, help="Which fifty of them.")
def preview(number: int, page: int) -> None:
    """Which open requests would fall due on another day: references and dates only."""
    with opened() as house:
        found = _desk(house).preview(number, page=page, at=house.office.now())
    for each in found.rows:
        before, after = (clock_text(at) if at else say.NOT_KNOWN for at in (each.before, each.after))
        click.echo(f"{each.reference:12} {before:22} -> {after}")
    more = "" if found.whole else " or more"
    click.echo(f"{found.moved}{more} of {found.total} open requests would move.")


@calendar.command("activate")
@NUMBER
@BY
def activate(number: int, by: str) -> None:
    """Put a loaded version in force. Not for whoever loaded it. Open requests are counted again by the sweep."""
    with opened() as house:
        desk, at = _desk(house), house.office.now()
        desk.put_in_force(_person(house, by), number, command_id=str(uuid4()), at=at)
    click.echo(f"Activated: version {number}.")


@calendar.command("turn-down")
@NUMBER
@BY
@click.option("--why", required=True, help="Why it should not come into force.")
def turn_down(number: int, by: str, why: str) -> None:
    """Answer a loaded version with no; whoever loaded it may take it back so."""
    with opened() as house:
        desk, at = _desk(house), house.office.now()
        desk.turn_down(_person(house, by), number, why=why, command_id=str(uuid4()), at=at)
    click.echo(f"Turned down: version {number}.")


def _desk(house: House) -> Calendars:
    return Calendars(house.engine, house.casework.library)


def _line(desk: Calendars, number: int, now: datetime) -> SetLine:
    found = next((each for each in desk.shelf(at=now) if each.found.number == number), None)
    if found is None:
        raise Refused(Refusal(NOT_FOUND, "There is no such set of days."))
    return found


def _name(line: SetLine) -> str:
    return say.name_of(line.found)


def _state(line: SetLine) -> str:
    found = line.found
    if line.since is not None:
        return f"in force {say.since_words(line)}"
    if found.open:
        return f"loaded by {found.proposer or 'the service'}, waits"
    return "earlier" if found.in_force_from else "turned down"


def _person(house: House, email: str) -> str:
    found = house.office.find(email)
    if found is None:
        raise click.BadParameter("nobody here has this address.", param_hint="--by")
    return found.id


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise Trouble(f"{file} cannot be read as text: {type(fault).__name__}.") from None
