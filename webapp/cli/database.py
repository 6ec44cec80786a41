"""``gatehouse db``."""

from __future__ import annotations

import click

from webapp.cli.ground import opened, settled
from workflows.service import packing
from workflows.service.calendaring import found_sets
from workflows.service.publishing import publish_shipped
from workflows.service.upkeep import upgrade


@click.group("db")
def database() -> None:
    """The database."""


@database.command("upgrade")
def upgrade_database() -> None:
    """Bring the database to the shape that this version needs: all of it or nothing.

    A workflow of the product of which no version was ever published is published, so that work can begin. Policy packs
    of the product are published too; those of which nothing was ever in force begin with their current version.
    """
    with settled() as settings:
        upgrade(settings.database_url)
    click.echo("The database has the newest shape.")
    with opened() as house:
        for ref in publish_shipped(house.engine, by="", at=house.office.now(), newer=False):
            click.echo(f"Published: {ref.workflow} version {ref.version}.")
        for nation in found_sets(house.engine, at=house.office.now()):
            click.echo(f"In force: the bank holidays of {nation}.")
        for began in packing.found(house.engine, at=house.office.now()):
            click.echo(f"In force: {began}.")
