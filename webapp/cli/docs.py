"""``gatehouse docs``."""

from __future__ import annotations

import click

from launch.saying import Trouble
from webapp.cli.documents import ROOT, documents


@click.command("docs")
@click.option("--check", is_flag=True, help="Change nothing; fail when a document is not what the code makes.")
def docs(check: bool) -> None:
    """Make the documents that come from the code: states, permissions, features."""
    stale = []
    for name, text in documents().items():
        path = ROOT / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if check and stale:
        raise Trouble(f"Not what the code makes: {', '.join(stale)}.", "Make them again: ./gatehouse docs")
    click.echo(f"Made again: {', '.join(stale)}." if stale else "All generated documents are what the code makes.")
