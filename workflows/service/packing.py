"""Policy packs: published once and never changed; brought into force by two people, or by nobody.

One person proposes a version, a second activates it; both acts are sealed on the house's record. Only the very first
versions, laid out with the product, come into force without a proposal: before them there is nothing to choose from.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import uuid4
from zoneinfo import ZoneInfo

from workflows.core.pack_versions import answering_refusal, current, proposing_refusal
from workflows.core.pack_versions import in_force as versions_in_force
from workflows.core.packs import Pack, PackRef
from workflows.core.refusals import NOT_FOUND, NOT_YOURS, Refusal, Refused
from workflows.definitions.packs import builtin_packs, load_checked, read_builtin_pack
from workflows.service.pinning import in_force, pack_of, pinned
from workflows.service.registering import HOUSE, HouseEvent, record_house
from workflows.service.unit_of_work import Connection, Engine, reading, transaction
from workflows.store import events, packs, people, streams
from workflows.store.mapping import instant_text
from workflows.store.packs import Proposal, StoredPack

__all__ = [
    "AlreadyPublished",
    "PackLine",
    "Proposal",
    "activate",
    "found",
    "in_force",
    "pinned",
    "propose",
    "publish",
    "publish_shipped",
    "shelf",
    "turn_down",
]

LONDON = ZoneInfo("Europe/London")
MOST_NOTE = 600
"""The longest note, in characters."""
FIRST = "The first version in force, as it came with the product."


class AlreadyPublished(Exception):
    """There is such a version already; nothing was changed."""

    def __init__(self, ref: PackRef, *, same: bool) -> None:
        super().__init__(
            f"{ref} has been published already."
            if same
            else f"{ref} has been published already with other words, and a published version is never changed. "
            "Give the file another version."
        )


@dataclass(frozen=True, slots=True)
class PackLine:
    """One published version. ``number`` stands for it in addresses; ``proposal`` is the open one.

    ``since``: from when it has been in force, if it is; ``starts``: from when it will be, if it will. Both in UTC.
    """

    number: int
    pack: Pack
    published_at: datetime
    since: datetime | None
    starts: datetime | None
    proposal: Proposal | None
    history: tuple[Proposal, ...]


# --- Publishing


def publish(engine: Engine, text: str, *, source: str, by: str, at: datetime) -> PackRef:
    """Publish the version that ``text`` holds. That does not bring it into force.

    ``source`` names the file in faults, ``by`` is a person's id, or empty for the command line.
    Raises BadDefinition (every fault), AlreadyPublished, Busy, Unavailable.
    """
    pack = load_checked(text, source=source)
    with transaction(engine) as connection:
        streams.lock(connection, HOUSE)
        known = packs.named(connection, pack.ref)
        if known is not None:
            raise AlreadyPublished(pack.ref, same=known.digest == pack.digest)
        packs.insert(connection, pack.ref, digest=pack.digest, source=text, at=at, by=by)
        record_house(
            connection, kind=HouseEvent.PACK_PUBLISHED, facts={**_named(pack.ref), "digest": pack.digest},
            texts={}, command_id=str(uuid4()), by=by, at=at,
        )  # fmt: skip
    return pack.ref


def publish_shipped(engine: Engine, *, by: str, at: datetime) -> tuple[PackRef, ...]:
    """Publish each version that comes with the product and is not published; which ones that were."""
    with reading(engine) as connection:
        known = {str(each.ref) for each in packs.every(connection)}
    missing = [name for name in builtin_packs() if name not in known]
    return tuple(publish(engine, read_builtin_pack(name), source=name, by=by, at=at) for name in missing)


def found(engine: Engine, *, at: datetime, since: datetime | None = None) -> tuple[PackRef, ...]:
    """Publish what comes with the product, and bring the current version of each pack into force that never was.

    A pack for which people have proposed or activated anything is left alone. ``since`` lays it out as if it had been
    so from then on (the demo has a past), though from no day before its source. Which versions came into force.
    """
    publish_shipped(engine, by="", at=at)
    with transaction(engine) as connection:
        streams.lock(connection, HOUSE)
        touched = {each.pack for each in packs.proposals(connection)}
        versions = [pack_of(each) for each in packs.every(connection)]
        first = {pack.ref: pack for pack in current(versions, on=_day(at)) if pack.ref.pack not in touched}
        for ref in first:
            proposal = str(uuid4())
            began = _began(first[ref], since=min(since or at, at), at=at)
            packs.propose(connection, ref, proposal_id=proposal, note=FIRST, starts_at=None, at=began, by="")
            packs.answer(connection, proposal, in_force_from=began, why="", at=began, by="")
            _record_activation(connection, ref, proposal=proposal, since=began, command_id=str(uuid4()), by="", at=at)
    return tuple(first)


# --- Proposing and answering


def propose(
    engine: Engine,
    ref: PackRef,
    *,
    by: str,
    note: str,
    starts_on: date | None,
    command_id: str,
    at: datetime,
) -> None:
    """Propose to bring a version into force, from a day (in London) or as soon as it is activated.

    Nothing is in force sooner than its source. ``by`` is a person's id. The same command id again does nothing.
    Raises Refused, Busy, Unavailable.
    """
    with _act(engine, command_id) as connection:
        if connection is None:
            return
        pack = _published(connection, ref)
        person = people.principal(connection, by)
        proposals = packs.proposals(connection)
        open_one = next((each.ref for each in proposals if each.open and each.pack == ref.pack), None)
        planned = versions_in_force(packs.activated(connection), at=datetime.max.replace(tzinfo=at.tzinfo))
        already = any(each.ref == ref for each in planned)
        refusal = proposing_refusal(person, already=already, open_proposal=open_one) if person else _UNKNOWN
        refusals = [refusal] if refusal else _form_refusals(pack, note=note, starts_on=starts_on, today=_day(at))
        if refusals:
            raise Refused(refusals)
        starts_at = _starts(pack, starts_on=starts_on, at=at)
        packs.propose(connection, ref, proposal_id=command_id, note=note, starts_at=starts_at, at=at, by=by)
        facts = {**_named(ref), "proposal": command_id, "starts_at": instant_text(starts_at) if starts_at else ""}
        record_house(
            connection, kind=HouseEvent.PACK_PROPOSED, facts=facts, texts={"note": note},
            command_id=command_id, by=by, at=at,
        )  # fmt: skip


def activate(engine: Engine, ref: PackRef, *, by: str, command_id: str, at: datetime) -> None:
    """Answer the open proposal of a version: it is in force from now, or from the day proposed if that is later.

    Requests that were sent before keep theirs. Raises Refused (also for who proposed it), Busy, Unavailable.
    """
    with _act(engine, command_id) as connection:
        if connection is None:
            return
        proposal = _open_proposal(connection, ref)
        person = people.principal(connection, by)
        refusal = answering_refusal(person, proposed_by=proposal.proposed_by) if person else _UNKNOWN
        if refusal:
            raise Refused(refusal)
        since = max(at, proposal.starts_at or at)
        packs.answer(connection, proposal.id, in_force_from=since, why="", at=at, by=by)
        _record_activation(connection, ref, proposal=proposal.id, since=since, command_id=command_id, by=by, at=at)


def turn_down(engine: Engine, ref: PackRef, *, by: str, why: str, command_id: str, at: datetime) -> None:
    """Answer the open proposal of a version with no; whoever made it may take it back so. Raises as ``activate``."""
    with _act(engine, command_id) as connection:
        if connection is None:
            return
        proposal = _open_proposal(connection, ref)
        person = people.principal(connection, by)
        # Nobody has to be a second person to leave things as they are.
        refusal = answering_refusal(person, proposed_by="") if person else _UNKNOWN
        if refusal is None:
            refusal = _words_refusal(why, field="why", missing="Say why it is turned down.")
        if refusal:
            raise Refused(refusal)
        packs.answer(connection, proposal.id, in_force_from=None, why=why, at=at, by=by)
        record_house(
            connection, kind=HouseEvent.PACK_TURNED_DOWN, facts={**_named(ref), "proposal": proposal.id},
            texts={"why": why}, command_id=command_id, by=by, at=at,
        )  # fmt: skip


@contextmanager
def _act(engine: Engine, command_id: str) -> Iterator[Connection | None]:
    """A transaction that holds the house's record, so that acts follow one another; None for what is done already."""
    with transaction(engine) as connection:
        streams.lock(connection, HOUSE)
        known = events.result_of(connection, command_id)
        if known is not None and known[0] != streams.stream_id(HOUSE):
            raise Refused(Refusal("command_used", "This page was sent for something else before. Open it again."))
        yield None if known else connection


_UNKNOWN = Refusal(NOT_YOURS, "You are no longer known here.")


def _published(connection: Connection, ref: PackRef) -> Pack:
    known = packs.named(connection, ref)
    if known is None:
        raise Refused(Refusal(NOT_FOUND, f"No version {ref} has been published."))
    return pack_of(known)


def _open_proposal(connection: Connection, ref: PackRef) -> Proposal:
    for each in packs.proposals(connection):
        if each.open and each.ref == ref:
            return each
    raise Refused(Refusal("no_proposal", f"Nobody proposes {ref}, or somebody has answered already."))


def _form_refusals(pack: Pack, *, note: str, starts_on: date | None, today: date) -> list[Refusal]:
    found = [_words_refusal(note, field="note", missing="Say why this version should be in force.")]
    if starts_on is not None and starts_on < today:
        found.append(Refusal("day_past", "Choose today or a later day, or leave it empty.", field="starts_on"))
    elif starts_on is not None and starts_on < pack.effective_from:
        say = f"Its source holds from {pack.effective_from.isoformat()}. Choose that day or a later one."
        found.append(Refusal("day_too_early", say, field="starts_on"))
    return [each for each in found if each is not None]


def _words_refusal(text: str, *, field: str, missing: str) -> Refusal | None:
    if not text.strip():
        return Refusal("words_missing", missing, field=field)
    if len(text) > MOST_NOTE:
        return Refusal("words_too_long", f"Use at most {MOST_NOTE} characters.", field=field)
    return None


def _began(pack: Pack, *, since: datetime, at: datetime) -> datetime:
    return min(at, _starts(pack, starts_on=None, at=since) or since)


def _starts(pack: Pack, *, starts_on: date | None, at: datetime) -> datetime | None:
    day = starts_on or pack.effective_from
    begins = datetime.combine(day, time(), LONDON).astimezone(at.tzinfo)
    return begins if begins > at else None


def _record_activation(
    connection: Connection, ref: PackRef, *, proposal: str, since: datetime, command_id: str, by: str, at: datetime
) -> None:
    facts = {**_named(ref), "proposal": proposal, "in_force_from": instant_text(since)}
    record_house(connection, kind=HouseEvent.PACK_ACTIVATED, facts=facts, texts={}, command_id=command_id, by=by, at=at)


def _named(ref: PackRef) -> dict[str, str]:
    return {"pack": ref.pack, "version": ref.version}


def _day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


# --- Reading


def shelf(engine: Engine, *, at: datetime) -> tuple[PackLine, ...]:
    """Every published version, by pack, the newest source first; as things stand at an instant."""
    with reading(engine) as connection:
        versions = packs.every(connection)
        activated = packs.activated(connection)
        proposals = packs.proposals(connection)
    now = {each.ref: each.since for each in versions_in_force(activated, at=at)}
    coming = {each.ref: each.since for each in activated if each.since > at}
    lines = [_line(each, now.get(each.ref), coming.get(each.ref), proposals) for each in versions]
    lines.sort(key=lambda line: (line.pack.effective_from, line.pack.ref.version), reverse=True)
    return tuple(sorted(lines, key=lambda line: line.pack.ref.pack))


def _line(stored: StoredPack, since: datetime | None, starts: datetime | None, proposals: list[Proposal]) -> PackLine:
    history = tuple(each for each in proposals if each.ref == stored.ref)
    proposal = next((each for each in history if each.open), None)
    return PackLine(stored.number, pack_of(stored), stored.published_at, since, starts, proposal, history)
