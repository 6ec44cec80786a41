"""``gatehouse organisation``."""

from __future__ import annotations

import re
from datetime import datetime

import click

from webapp.cli.ground import opened
from workflows.service.library import CALENDARS

KEY = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
KINDS = ("local_authority", "nhs_trust", "gp_practice", "police", "school", "charity", "other")

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group("organisation")
def organisation() -> None:
    """Bodies that ask for information or hold it."""


@organisation.command("add")
@click.option("--key", required=True, help="A short name: small letters, digits and hyphens.")
@click.option("--name", required=True, help="As people know it.")
@click.option("--kind", required=True, type=click.Choice(KINDS))
@click.option("--nation", required=True, type=click.Choice(list(CALENDARS)), help="Whose bank holidays count.")
@click.option("--public-authority/--not-public-authority", default=True, show_default=True)
@click.option("--law-enforcement", is_flag=True, help="A competent authority under DPA 2018 Part 3.")
@click.option("--adjudicator-title", default="", help="What it calls who decides, if not a Caldicott Guardian.")
@click.option("--covered/--not-covered", default=None, help="Has the duty to share about children (s.16LA), or not.")
@click.option("--policy-document", help="Where its appropriate policy document is.")
@click.option("--policy-review-on", type=DAY, help="When that document must be looked at again: YYYY-MM-DD.")
def add(
    key: str,
    name: str,
    kind: str,
    nation: str,
    public_authority: bool,
    law_enforcement: bool,
    adjudicator_title: str,
    covered: bool | None,
    policy_document: str | None,
    policy_review_on: datetime | None,
) -> None:
    """Add an organisation, or bring the one with this key up to date.

    What it holds about the duty and its policy document stays unless it is given.
    """
    if not KEY.fullmatch(key):
        raise click.BadParameter("use 2 to 40 small letters, digits and hyphens.", param_hint="--key")
    if not name.strip():
        raise click.BadParameter("an organisation needs a name.", param_hint="--name")
    with opened() as house:
        known = house.office.organisation(key)
        review = known.policy_review_on if known else None
        document = known.policy_document if known else ""
        saved = house.office.add_organisation(
            key=key,
            name=name.strip(),
            kind=kind,
            nation=nation,
            calendar=CALENDARS[nation],
            public_authority=public_authority,
            law_enforcement=law_enforcement,
            adjudicator_title=adjudicator_title.strip(),
            covered=covered if covered is not None or known is None else known.covered,
            policy_document=document if policy_document is None else policy_document.strip(),
            policy_review_on=policy_review_on.date() if policy_review_on else review,
        )
    click.echo(f"There is now {saved.name} ({saved.key}).")
