"""``gatehouse db``."""

from __future__ import annotations

import click

from webapp.cli.ground import settled
from workflows.service.upkeep import upgrade


@click.group("db")
def database() -> None:
    """The database."""


@database.command("upgrade")
def upgrade_database() -> None:
    """Bring the database to the shape that this version needs: all of it or nothing."""
    with settled() as settings:
        upgrade(settings.database_url)
    click.echo("The database has the newest shape.")
