"""``gatehouse seed cases``."""

from __future__ import annotations

import click

from webapp.cli.ground import opened
from workflows.service.filling import Mix, fill

STEP = 10_000
"""A line is said each time that so many more are there."""


@click.group("seed")
def seed() -> None:
    """Fill the database for load tests and benches."""


@seed.command("cases")
@click.argument("number", type=click.IntRange(min=1, max=1_000_000))
@click.option("--ended", default=0.3, show_default=True, type=click.FloatRange(0, 1), help="The share that has ended.")
@click.option("--mix", default=1, show_default=True, type=int, help="Another number mixes them otherwise.")
def cases(number: int, ended: float, mix: int) -> None:
    """Add NUMBER invented cases at all stages, with their sealed history; 100,000 take some two minutes.

    They are played between the people who are there: add some first, for example with `demo seed`. Nobody is
    mailed about them.
    """

    def told(made: int) -> None:
        if made % STEP == 0 and made < number:
            click.echo(f"  {made:,} ...", err=True)

    with opened() as house:
        events = fill(
            house.engine, house.casework.library, Mix(number, ended=ended, seed=mix), now=house.office.now(), told=told
        )
    click.echo(f"Made {number:,} cases with {events:,} sealed events.")
