"""The webhook source `fub`: which people changed. What they are now is fetched."""

import base64
from typing import Any

from rekindle.providers import plain
from rekindle.providers.ports import (
    Account,
    Contact,
    Event,
    Fetch,
    Ignored,
    Inbound,
    Parsed,
    RefusedSignatureError,
    Request,
    UnparsableError,
    Verified,
)

HEADER = "fub-signature"
PERSON_SOURCE = "fub-person"
CHANGED = frozenset({"peopleCreated", "peopleUpdated", "peopleTagsCreated", "peopleStageUpdated"})
DELETED = "peopleDeleted"
# Their texts read "hidden for privacy reasons" in the API unless Follow Up Boss itself has approved the system.
HIDDEN = frozenset({"textMessagesCreated", "emailsCreated"})


class FubInbound(Inbound):
    """FUB-Signature: hex HMAC-SHA256, keyed with X-System-Key, over the base64 of the raw body.

    A delivery played again bears the same event id and counts once; what it leads to is fetched anew, so an old one
    can do no harm either.
    """

    source = "fub"
    provider = "fub"

    def verify(self, request: Request, account: Account) -> Verified:
        """Named by Follow Up Boss's event id; raises RefusedSignatureError."""
        signed = base64.b64encode(request.body)
        if not plain.signed(request.headers.get(HEADER, ""), account.get("system_key"), signed):
            raise RefusedSignatureError("FUB-Signature is missing or does not fit")
        given = plain.peek(request.body)
        event_id = plain.line(given.get("eventId"))
        ids = _ids(given)
        party = f"fub:{ids[0]}" if len(ids) == 1 else ""
        return Verified(plain.named("event", event_id) if event_id else plain.hashed(request.body), party)

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 it names no account
        """One thing to fetch, or one deletion, for each person; raises UnparsableError."""
        given = plain.fields(event.body)
        name = given.get("event")
        if not isinstance(name, str) or not name:
            raise UnparsableError("no webhook of Follow Up Boss: it names no event")
        if name in HIDDEN:
            return (Ignored("Follow Up Boss hides the texts of messages from other systems"),)
        if name not in CHANGED and name != DELETED:
            return (Ignored(f"{plain.line(name, limit=60)} changes nothing here"),)
        # `uri` in the body is never followed: an address from outside gets no request with our key.
        ids = _ids(given)
        if not ids:
            raise UnparsableError(f"{name} names no person")
        at = plain.instant(given.get("eventCreated"))
        if name == DELETED:
            return tuple(_deleted(plain.named(event.external_id, person), person) for person in ids)
        return tuple(Fetch(plain.named(event.external_id, person), PERSON_SOURCE, person, at) for person in ids)


def _ids(given: dict[str, Any]) -> list[str]:
    named = given.get("resourceIds")
    ids = (plain.digits(value) for value in named) if isinstance(named, list) else ()
    return list(dict.fromkeys(person for person in ids if person))


def _deleted(external_id: str, person: str) -> Contact:
    return Contact(
        external_id=external_id,
        crm="fub",
        contact_id=person,
        account="",
        name="",
        first_name="",
        last_name="",
        emails=(),
        phones=(),
        tags=(),
        activated=None,
        dnd=frozenset(),
        source="",
        kind="",
        state="",
        zip="",
        city="",
        street="",
        attributes=(),
        assigned_to="",
        stage="",
        deleted=True,
        at=None,
    )
