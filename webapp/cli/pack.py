"""``gatehouse pack``: check, publish, propose, activate, turn down and list versions of policy packs."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import click

from launch.saying import Trouble
from webapp.cli.ground import opened
from webapp.context import clock_text
from webapp.house import House
from workflows.core.packs import PackRef
from workflows.definitions.faults import BadDefinition
from workflows.definitions.packs import check as faults_of
from workflows.service import packing
from workflows.service.policy_report import decisions_by_pack

HEAD = f"{'version':28} {'shared':>8} {'partly shared':>14} {'declined':>9} {'decisions':>10}"
BY = click.option("--by", required=True, metavar="EMAIL", help="The administrator who does it.")


class _Named(click.ParamType[PackRef]):
    """A version, written as pack/version."""

    name = "pack/version"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> PackRef:
        try:
            return PackRef.read(str(value))
        except ValueError as wrong:
            self.fail(str(wrong), param, ctx)


NAME = click.argument("name", type=_Named())


@click.group("pack")
def pack() -> None:
    """Policy packs: principles, rules, legal bases, reasons, consent options, myths, in versions."""


@pack.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Say everything that is wrong with a pack's file, line by line; exit 1 when there is something."""
    faults = faults_of(_text(file), source=file.name)
    for fault in faults:
        click.echo(str(fault), err=True)
    if faults:
        raise SystemExit(1)
    click.echo(f"{file.name} is a good pack.")


@pack.command("publish")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish(file: Path | None) -> None:
    """Publish a pack's file. That does not bring it into force: propose it, and let a second person activate it.

    Without a file: publish what comes with the product; packs of which nothing was ever in force begin with their
    current version.
    """
    with opened() as house:
        now = house.office.now()
        before = _published(house, now)
        try:
            if file is None:
                began = packing.found(house.engine, at=now)
            else:
                packing.publish(house.engine, _text(file), source=file.name, by="", at=now)
                began = ()
        except BadDefinition as bad:
            for fault in bad.faults:
                click.echo(str(fault), err=True)
            raise Trouble("It was not published: nothing has changed.", "Mend these faults and try again.") from None
        except packing.AlreadyPublished as known:
            raise Trouble(str(known)) from None
        new = sorted(_published(house, now) - before)
    for name in new:
        click.echo(f"Published: {name}.")
    for ref in began:
        click.echo(f"In force: {ref}.")
    if not new and not began:
        click.echo("Everything that comes with the product is published already.")


@pack.command("propose")
@NAME
@BY
@click.option("--note", required=True, help="Why this version should be in force. Name nobody a request is about.")
@click.option(
    "--from", "starts_on", type=click.DateTime(["%Y-%m-%d"]), help="The first day; else as soon as activated."
)
def propose(name: PackRef, by: str, note: str, starts_on: datetime | None) -> None:
    """Propose that a published version comes into force; a second administrator must activate it."""
    with opened() as house:
        day: date | None = starts_on.date() if starts_on else None
        packing.propose(
            house.engine, name, by=_person(house, by), note=note, starts_on=day, command_id=str(uuid4()),
            at=house.office.now(),
        )  # fmt: skip
    click.echo(f"Proposed: {name}. A second administrator has to activate it.")


@pack.command("activate")
@NAME
@BY
def activate(name: PackRef, by: str) -> None:
    """Bring a proposed version into force. Not for whoever proposed it. Requests sent before keep their versions."""
    with opened() as house:
        packing.activate(house.engine, name, by=_person(house, by), command_id=str(uuid4()), at=house.office.now())
    click.echo(f"Activated: {name}.")


@pack.command("turn-down")
@NAME
@BY
@click.option("--why", required=True, help="Why it should not come into force.")
def turn_down(name: PackRef, by: str, why: str) -> None:
    """Answer a proposal with no; whoever proposed it may take it back so."""
    with opened() as house:
        packing.turn_down(
            house.engine, name, by=_person(house, by), why=why, command_id=str(uuid4()), at=house.office.now()
        )
    click.echo(f"Turned down: {name}.")


@pack.command("list")
def listing() -> None:
    """Every published version: its status, and whether it is in force."""
    with opened() as house:
        lines = packing.shelf(house.engine, at=house.office.now())
    for line in lines:
        state = ""
        if line.since is not None:
            state = f"in force since {clock_text(line.since)}"
        elif line.starts is not None:
            state = f"in force from {clock_text(line.starts)}"
        elif line.proposal is not None:
            state = f"proposed by {line.proposal.proposer or 'the command line'}"
        click.echo(f"{line.pack.ref!s:28} {line.pack.status.value.replace('_', ' '):16} {state}".rstrip())
    if not lines:
        click.echo("No pack has been published. Publish the shipped ones with: gatehouse pack publish")


@pack.command("decisions")
@click.option("--organisation", "key", default="", help="Only what this holder decided: its key.")
def decisions(key: str) -> None:
    """How often each outcome was decided under each version. Figures only: no names, no requests."""
    with opened() as house:
        holder = house.office.organisation(key) if key else None
        if key and holder is None:
            raise click.BadParameter("there is no organisation with this key.", param_hint="--organisation")
        figures = decisions_by_pack(house.engine, [holder.id] if holder else None)
    for each in figures:
        counts = f"{each.shared:>8,} {each.partly_shared:>14,} {each.declined:>9,} {each.total:>10,}"
        click.echo(f"{each.name:28} {counts}" if each is not figures[0] else f"{HEAD}\n{each.name:28} {counts}")
    if not figures:
        click.echo("Nothing has been decided yet.")


def _published(house: House, now: datetime) -> set[str]:
    return {str(line.pack.ref) for line in packing.shelf(house.engine, at=now)}


def _person(house: House, email: str) -> str:
    found = house.office.find(email)
    if found is None:
        raise click.BadParameter("nobody here has this address.", param_hint="--by")
    return found.id


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise Trouble(f"{file} cannot be read as text: {type(fault).__name__}.") from None
