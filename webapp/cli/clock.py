"""``gatehouse demo advance``."""

from __future__ import annotations

import math
from datetime import timedelta

import click

from launch.saying import Trouble
from webapp.cli.ground import opened
from webapp.context import clock_text


@click.group("demo")
def demo() -> None:
    """The demo: its people, its cases, its clock."""


@demo.command("advance")
@click.option("--hours", required=True, type=click.FloatRange(min=0, max=8784, min_open=True), help="How far.")
def advance(hours: float) -> None:
    """Move the product's clock on, to watch reminders and escalations happen. Never back."""
    if math.isnan(hours):
        raise click.BadParameter("this is not a number.", param_hint="--hours")
    with opened() as house:
        if not house.settings.demo:
            raise Trouble("The clock can only be moved in the demo.", "This is not one: GATEHOUSE_DEMO is not 1.")
        moment = house.office.move_clock(timedelta(hours=hours))
    click.echo(f"The clock now says {clock_text(moment)}.")
