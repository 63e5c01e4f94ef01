"""What the CRM should know of one lead, gathered from where it stands."""

import hashlib
from dataclasses import asdict
from uuid import UUID

import orjson

from rekindle.consent.suppress import standing
from rekindle.crm import ours, store
from rekindle.crm.types import Link
from rekindle.decide.words import Channel
from rekindle.kit.db import Conn
from rekindle.leads import store as leads
from rekindle.leads.types import Lead, Point
from rekindle.providers.ports import Card

KINDS = {Channel.SMS: "phone", Channel.EMAIL: "email"}


async def card_of(
    conn: Conn, office_id: UUID, lead_id: UUID, *, crm: str, office_key: bytes
) -> tuple[Card, Link | None]:
    """The card of a lead (of whom it was merged into) and its link, if there is one; raises NoSuchLeadError."""
    lead = await leads.get(conn, office_id, lead_id)
    family = await leads.family(conn, office_id, lead.id)
    points = await leads.points_of(conn, office_id, lead.id)
    link = await store.link_of_lead(conn, office_id, crm, family)
    blocked = await standing(conn, office_id, office_key, [point.value for point in points])
    closed = {(block.channel, block.address) for block in blocked}
    told = await store.notes_told(conn, office_id, crm, family)
    handoffs = await store.told_of(conn, office_id, family)
    notes = tuple(
        (f"handoff:{row['id']}", f"Rekindle hands over ({row['cause']}): {row['summary']}")
        for row in handoffs
        if f"handoff:{row['id']}" not in told
    )
    return _card(lead, points, link, notes, closed), link


def _card(
    lead: Lead,
    points: list[Point],
    link: Link | None,
    notes: tuple[tuple[str, str], ...],
    closed: set[tuple[Channel, str]],
) -> Card:
    warmth = lead.temperature or ""
    return Card(
        lead_id=str(lead.id),
        contact_id=link.contact_id if link else "",
        name=lead.name,
        first_name=lead.first_name,
        last_name=lead.last_name,
        emails=tuple(point.value for point in points if point.kind == "email"),
        phones=tuple(point.value for point in points if point.kind == "phone"),
        source=lead.source,
        tags_on=(ours.temperature_tag(warmth),) if warmth else (),
        tags_off=tuple(ours.temperature_tag(other) for other in ours.TEMPERATURES if other != warmth),
        fields=_fields(lead),
        stage=lead.stage.value,
        notes=notes,
        no_sms=_all_closed(Channel.SMS, points, closed),
        no_email=_all_closed(Channel.EMAIL, points, closed),
    )


def _fields(lead: Lead) -> tuple[tuple[str, str], ...]:
    known = {
        "score": "" if lead.score is None else str(lead.score),
        "temperature": lead.temperature or "",
        "intent": lead.intent or "",
        "stage": lead.stage.value,
        "last_touch": lead.last_outbound_at.isoformat() if lead.last_outbound_at else "",
        "next_touch": lead.next_touch_at.isoformat() if lead.next_touch_at else "",
    }
    return tuple((name, value) for name, value in known.items() if value)


def _all_closed(channel: Channel, points: list[Point], closed: set[tuple[Channel, str]]) -> bool:
    here = [point.value for point in points if point.kind == KINDS[channel]]
    return bool(here) and all((channel, value) in closed for value in here)


def digest(card: Card) -> bytes:
    """The same card is pushed once; the next touch moves with every look and is no reason of its own.

    Notes are left out because a told one is in no later card, the contact's id because the first push brings it.
    """
    said = {name: value for name, value in asdict(card).items() if name not in ("notes", "contact_id")}
    said["fields"] = [pair for pair in card.fields if pair[0] != "next_touch"]
    return hashlib.sha256(orjson.dumps(said)).digest()
