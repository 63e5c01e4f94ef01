"""Events nobody could handle: look at them, try them anew, make a lead by hand, or let them go with name and reason."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import orjson

from rekindle.decide.words import Lane
from rekindle.inbox import store
from rekindle.inbox.kept import store as kept
from rekindle.inbox.kept.types import DISCARDED
from rekindle.inbox.receive import receive_many
from rekindle.inbox.types import Arrival, Dead
from rekindle.kit.db import Conn
from rekindle.leads import stated
from rekindle.providers.form import fields
from rekindle.providers.form.text import line
from rekindle.providers.ports import Enquiry

BY_HAND = "api"  # the source that reads an enquiry typed in by a person
WHY = "entered as a lead by hand"


class NotDeadError(Exception):
    """There is no dead event under this id."""


class UnusableEntryError(Exception):
    """What was typed in cannot be used; `errors` says of each field why."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("; ".join(error["why"] for error in errors))
        self.errors = errors


async def list_dead(conn: Conn, office_id: UUID, *, limit: int = 100) -> list[Dead]:
    """The dead events of an office, newest first, each with its reason and its bytes."""
    return await store.dead(conn, office_id, limit=limit)


async def retry(conn: Conn, office_id: UUID, event_id: UUID, *, at: datetime) -> None:
    """Handle it anew, with all its attempts before it; raises NotDeadError."""
    if not await store.revive(conn, office_id, event_id, at=at):
        raise NotDeadError(str(event_id))
    await store.hint(conn)


async def retry_all(conn: Conn, office_id: UUID, *, source: str | None, at: datetime) -> int:
    """Handle every dead event anew, or every one of a source; how many."""
    revived = await kept.revive_all(conn, office_id, source=source, at=at)
    await store.hint(conn)
    return revived


async def discard(conn: Conn, office_id: UUID, event_id: UUID, *, who: str, why: str, at: datetime) -> None:
    """Let it go: who and why stay with the event, and so does the event; raises NotDeadError."""
    if not await store.discard(conn, office_id, event_id, outcome=f"{DISCARDED}{who}: {why}", at=at):
        raise NotDeadError(str(event_id))


async def make_lead(
    conn: Conn, office_id: UUID, event_id: UUID, typed: Mapping[str, str], *, who: str, at: datetime
) -> None:
    """Hand in what a person read in a dead event as an enquiry, and let the event go, together or not at all.

    `typed`: name, phone, email, message. Raises UnusableEntryError, NotDeadError. Twice is once.
    """
    event = await kept.one(conn, office_id, event_id)
    if event is None:
        raise NotDeadError(str(event_id))
    given = {name: value for name, value in typed.items() if value.strip()}
    given |= {"at": event.received_at.isoformat(), "came by": event.source}
    if errors := _wrong(given):
        raise UnusableEntryError(errors)
    await discard(conn, office_id, event_id, who=who, why=WHY, at=at)
    arrival = Arrival(
        office_id=office_id,
        source=BY_HAND,
        external_id=f"by-hand:{event_id}",
        content_type="application/json",
        body=orjson.dumps(given),
        lane=Lane.FIRST_TOUCH,
    )
    await receive_many(conn, office_id, [arrival], at=at)


def _wrong(given: Mapping[str, str]) -> list[dict[str, str]]:
    enquiry = fields.read(given, source=BY_HAND)
    if not isinstance(enquiry, Enquiry):
        return [{"field": line(error.field), "why": error.why} for error in enquiry]
    found = [asdict(error) for error in stated.unusable(enquiry)]
    return [{"field": error["field"], "why": error["text"]} for error in found]
