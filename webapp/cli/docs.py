"""``gatehouse docs``: the documents that the code makes itself, written or compared."""

from __future__ import annotations

import click

from launch.saying import Trouble
from webapp.cli import documents


@click.command("docs")
@click.option("--check", is_flag=True, help="Write nothing: name what is out of date, and fail if anything is.")
def docs(check: bool) -> None:
    """Make the documents that come from the code: stages, permissions, features."""
    if not check:
        for path in documents.write():
            click.echo(f"made {path}")
        return
    if stale := documents.stale():
        what_to_do = "Run ./gatehouse docs, look at what changed, and commit it with the change."
        raise Trouble(f"Out of date: {', '.join(stale)}.", what_to_do)
    click.echo("Every generated document is what the code makes.")
