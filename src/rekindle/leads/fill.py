"""Take on what somebody else knows of a lead: only where we know nothing, never over what was stated."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from rekindle.kit.db import Conn
from rekindle.leads import identity, places, store
from rekindle.leads.stated import OURS, clean, word
from rekindle.leads.types import Lead, Point

COLUMNS = frozenset({"first_name", "last_name", "state", "zip", "city", "street"})


async def fill(
    conn: Conn,
    office_id: UUID,
    lead_id: UUID,
    *,
    facts: tuple[tuple[str, str], ...],
    emails: tuple[str, ...],
    phones: tuple[str, ...],
    at: datetime,
) -> tuple[str, ...]:
    """The names of what was filled. The caller holds the lead's lock. Addresses of other people stay theirs."""
    lead = await store.get(conn, office_id, lead_id)
    known = _known(facts)
    columns = {name: value for name, value in known.items() if name in COLUMNS and not getattr(lead, name)}
    attributes = {
        word(name): value
        for name, value in known.items()
        if name not in COLUMNS and name not in OURS and not lead.attributes.get(name)
    }
    if columns or attributes:
        rest = {"attributes": lead.attributes | attributes, **_whole_name(lead, columns)}
        await store.put_fields(conn, office_id, lead.id, {**columns, **rest}, at=at)
    added = await _addresses(conn, office_id, lead.id, emails, phones, at=at)
    return tuple(sorted([*columns, *attributes, *added]))


def _known(facts: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """What is usable, as we write it: a state in any other form would count as nowhere, with the strictest hours."""
    known = {name: clean(value) for name, value in facts}
    for name, read in (("state", places.state), ("zip", places.zip_code)):
        if name in known:
            known[name] = read(known[name])
    return {name: value for name, value in known.items() if value}


def _whole_name(lead: Lead, filled: Mapping[str, str]) -> dict[str, str]:
    """The name people read, when a part of it was found."""
    parts = {"first_name", "last_name"} & filled.keys()
    whole = f"{filled.get('first_name', lead.first_name)} {filled.get('last_name', lead.last_name)}"
    return {"name": whole.strip()} if parts else {}


async def _addresses(
    conn: Conn, office_id: UUID, lead_id: UUID, emails: tuple[str, ...], phones: tuple[str, ...], *, at: datetime
) -> list[str]:
    """A kind of address the lead has none of. Knowing one is no leave to write to it: that is consent's to say."""
    has = {point.kind for point in await store.points_of(conn, office_id, lead_id)}
    found = {
        "email": [value for text in emails for value in identity.emails(text)],
        "phone": [value for text in phones for value in identity.phones(text)],
    }
    rows: store.Rows = [
        {"kind": kind, "value": value, "lead_id": str(lead_id), "raw": value, "position": place}
        for kind, values in sorted(found.items())
        if kind not in has
        for place, value in enumerate(sorted(set(values)))
    ]
    taken = await store.claim_points(conn, office_id, rows, at=at) if rows else []
    others = {Point(row["kind"], row["value"]) for row in taken}
    return sorted({row["kind"] for row in rows if Point(row["kind"], row["value"]) not in others})
