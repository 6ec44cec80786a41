"""``gatehouse timeliness rebuild``."""

from __future__ import annotations

import click

from webapp.cli.ground import opened
from workflows.service.library import Library
from workflows.service.timekeeping import rebuild


@click.group("timeliness")
def timeliness() -> None:
    """What is measured of finished work."""


@timeliness.command("rebuild")
def rebuild_timeliness() -> None:
    """Work out every finished clock, and who is listed a case, anew from the record. What was right does not change."""
    with opened() as house:
        written = rebuild(house.engine, Library())
    click.echo(f"Kept of finished clocks and closed requests: {written:,} lines, made anew from the record.")
