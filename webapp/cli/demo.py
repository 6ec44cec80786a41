"""``gatehouse demo seed``, ``gatehouse demo history`` and ``gatehouse demo people``."""

from __future__ import annotations

import json

import click

from launch.saying import Trouble
from webapp.cli.ground import opened
from workflows.service import demo as the_demo
from workflows.service import demo_history
from workflows.service.library import Library
from workflows.service.office import Office


@click.group("demo")
def demo() -> None:
    """The demo: its people, its cases, its clock."""


@demo.command("seed")
def seed() -> None:
    """Add the demo's organisations, people and cases. Doing it again changes nothing."""
    with opened() as house:
        if not house.settings.demo:
            raise Trouble("Invented people must never be mixed into real work.", "For the demo, set GATEHOUSE_DEMO=1.")
        if not house.settings.demo_password:
            raise Trouble("GATEHOUSE_DEMO_PASSWORD is not set.", "It becomes the password of everybody in the demo.")
        office = Office(house.engine, secret=house.settings.secret_key, cost=the_demo.COST)
        done = the_demo.seed(house.engine, office, password=house.settings.demo_password)
    click.echo(f"New: {done.organisations} organisations, {done.people} people, {done.cases} cases.")


@demo.command("history")
def history() -> None:
    """Add a year of finished requests, so that the page Timeliness shows something. Each time adds as many again."""
    with opened() as house:
        if not house.settings.demo:
            raise Trouble(
                "Invented requests must never be mixed into real work.", "For the demo, set GATEHOUSE_DEMO=1."
            )
        office = Office(house.engine, secret=house.settings.secret_key, cost=the_demo.COST)
        with click.progressbar(length=demo_history.CASES, label="Finished requests") as bar:
            done = 0

            def told(made: int) -> None:
                nonlocal done
                bar.update(made - done)
                done = made

            made = demo_history.history(house.engine, Library(), now=office.now(), cases=demo_history.CASES, told=told)
    click.echo(f"New: {made} finished requests. Managers see them under Timeliness.")


@demo.command("people")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def people(as_json: bool) -> None:
    """Who can sign in: one line for each role that each person of the demo holds."""
    lines = the_demo.people_lines()
    if as_json:
        click.echo(json.dumps(lines, ensure_ascii=False))
        return
    for line in lines:
        click.echo(f"{line['role']:28} {line['name']:20} {line['email']:40} {line['organisation']}")
