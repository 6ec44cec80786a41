"""``gatehouse register verify``."""

from __future__ import annotations

import sys

import click

from webapp.cli.ground import opened
from workflows.service.library import Library
from workflows.service.registering import Break, check_folds, name_of, verify


@click.group("register")
def register() -> None:
    """The sealed record of everything that has happened."""


@register.command("verify")
@click.option("--folds", is_flag=True, help="Also check that every case is what its events add up to.")
def verify_register(folds: bool) -> None:
    """Check every sealed entry. Exits 0 when the register is whole, 1 with the first broken entry."""
    with opened() as house:
        found = verify(house.engine)
        if isinstance(found, Break):
            name = name_of(house.engine, found.stream) or "a stream without a case"
            click.echo(f"BROKEN at entry {found.seq} of {name} ({found.stream}): {found.why}.")
            sys.exit(1)
        click.echo(f"The register is whole: {found.entries:,} entries in {found.streams:,} streams.")
        if folds:
            misfits = 0
            for misfit in check_folds(house.engine, Library()):
                misfits += 1
                click.echo(f"CASE {misfit.case_id}: {misfit.what}.")
            if misfits:
                sys.exit(1)
            click.echo("Every case is what its events add up to.")
