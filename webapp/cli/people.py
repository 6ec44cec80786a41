"""``gatehouse person``."""

from __future__ import annotations

import sys

import click

from webapp.cli.ground import opened
from workflows.core.definition import Role
from workflows.core.permissions import ROLE_TITLES, Membership
from workflows.service.office import AddressTaken, Office, Organisation


@click.group("person")
def person() -> None:
    """People and their roles."""


@person.command("add")
@click.option("--name", required=True, help="As colleagues know her.")
@click.option("--email", required=True, help="The work address; it is the name to sign in with.")
@click.option("--organisation", required=True, metavar="KEY", help="The organisation's short name.")
@click.option(
    "--role", "roles", required=True, multiple=True, type=click.Choice([role.value for role in Role]),
    help="A role held there; may be given several times.",
)  # fmt: skip
@click.option("--only", is_flag=True, help="Take away every other role that she has in that organisation.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def add(name: str, email: str, organisation: str, roles: tuple[str, ...], only: bool, password_stdin: bool) -> None:
    """Add a person, or give one who is there more roles in an organisation (her password then stays).

    A password is never taken from the command line, where other people of the machine could read it.
    """
    if "@" not in email or any(letter.isspace() for letter in email):
        raise click.BadParameter("this is not an e-mail address.", param_hint="--email")
    with opened() as house:
        place = _organisation(house.office, organisation)
        known = house.office.find(email)
        password = "" if known else _password(from_stdin=password_stdin)
        held = known.memberships if known else frozenset()
        kept = {each for each in held if each.organisation_id != place.id or not only}
        wanted = kept | {Membership(place.id, Role(role)) for role in roles}
        try:
            house.office.add_person(name=name, email=email, password=password, memberships=wanted)
        except AddressTaken as taken_by:
            raise click.BadParameter(str(taken_by), param_hint="--email") from None
    here = {each.role for each in wanted if each.organisation_id == place.id}
    titles = ", ".join(title for role, title in ROLE_TITLES.items() if role in here)
    click.echo(f"{'Changed: now' if known else 'Added:'} {titles} at {place.name}.")
    if taken := sorted(ROLE_TITLES[each.role] for each in held - wanted):
        click.echo(f"No longer: {', '.join(taken)}.")


def _organisation(office: Office, key: str) -> Organisation:
    found = office.organisation(key)
    if found is None:
        known = ", ".join(each.key for each in office.organisations()) or "none yet"
        raise click.BadParameter(f"there is no {key!r}. Known: {known}.", param_hint="--organisation")
    return found


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return click.prompt("Password (15 characters or more)", hide_input=True, confirmation_prompt=True)
