"""``gatehouse import``: takes whole requests from the files of other systems."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from launch.saying import Trouble, tell
from webapp.cli.ground import opened
from webapp.house import House
from webapp.intake.reading import MANY, Reading, read
from webapp.intake.samples import consented
from webapp.intake.strict import DEEPEST, BadJson, loads
from webapp.intake.taking import faults_in, take_every
from workflows.core.imported import Fault, FaultyDocument
from workflows.service.intake import Intake

MOST_BYTES = 4 * 1024 * 1024
"""Of one file: several hundred requests."""
BAD, UNREADABLE = 1, 2
"""Exit codes: something is wrong in a file; a file could not be read at all."""


@click.command("import")
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Take nothing: only say what is wrong.")
@click.option("--example", is_flag=True, help="Print a complete example instead.")
def take_in(files: tuple[Path, ...], check: bool, example: bool) -> None:
    """Take whole requests from FILES: one request in each, or several. docs/intake.md says how one is written.

    All are taken, or none. A request that was taken before is left as it is. Ends with 0 when all is well, with 1
    when something is wrong in a file, with 2 when a file cannot be read.
    """
    if example:
        click.echo(json.dumps(consented(), indent=2, ensure_ascii=False))
        return
    if not files:
        raise click.UsageError("Name a file, or print an example with --example.")
    try:
        texts = {str(file): _bytes(file) for file in files}
    except Trouble as trouble:
        tell(trouble)
        raise click.exceptions.Exit(UNREADABLE) from None
    found: dict[str, Reading] = {}
    broken = False
    for name, raw in texts.items():
        try:
            found[name] = read(loads(raw, most=MOST_BYTES, deepest=DEEPEST))
        except BadJson as bad:
            _say(name, [Fault(bad.path, bad.code, bad.say)])
            broken = True
    with opened() as house:
        _take(house, found, check=check, broken=broken)


def _bytes(file: Path) -> bytes:
    """What is in a file, and no more of it than is ever looked at. Raises Trouble."""
    try:
        if not file.is_file():
            why = "it is a folder" if file.is_dir() else "there is no such file"
            raise Trouble(f"{file} cannot be read: {why}.")
        with file.open("rb") as opened_file:
            return opened_file.read(MOST_BYTES + 1)
    except OSError as fault:
        raise Trouble(f"{file} cannot be read: {fault.strerror}.") from None


def _take(house: House, found: dict[str, Reading], *, check: bool, broken: bool) -> None:
    intake, now = Intake(house.engine, house.casework.library), house.office.now()
    for name, reading in found.items():
        faults = faults_in(intake, reading, by=None, now=now)
        _say(name, faults)
        broken = broken or bool(faults)
    if not broken and check:
        click.echo(f"Nothing is wrong: {_count(sum(len(each.requests) for each in found.values()))}.")
    if broken or check:
        _end(broken)
        return
    try:
        taken = iter(take_every(intake, found.values(), by=None, now=now))
    except FaultyDocument as faulty:
        _say("", faulty.faults)
        _end(True)
        return
    for name, place in _places(found):
        one = next(taken)
        click.echo(f"{name}{place}: {'was here already' if one.repeated else 'taken'}: {one.reference}")


def _end(broken: bool) -> None:
    if broken:
        click.echo("Nothing was taken.", err=True)
        raise click.exceptions.Exit(BAD)


def _places(found: dict[str, Reading]) -> Iterator[tuple[str, str]]:
    for name, reading in found.items():
        for each in reading.requests:
            yield name, f" {each.document.place}" if each.document.place.startswith(f"/{MANY}") else ""


def _say(name: str, faults: tuple[Fault, ...] | list[Fault]) -> None:
    for fault in faults:
        click.echo(": ".join(part for part in (name, fault.path, fault.say) if part), err=True)


def _count(number: int) -> str:
    return "1 request" if number == 1 else f"{number} requests"
