"""Rows to facts: pure, so that what the core is told can be tested without a database."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from rekindle.decide.facts import Address, Consent, Facts, Inbound, Suppression, TakenBack, Touch
from rekindle.decide.words import (
    Basis,
    Channel,
    Conversation,
    Intent,
    LeadKind,
    MessageClass,
    MessageState,
    OptOutTier,
    Stage,
)
from rekindle.kit.db import Row

CHANNEL_OF = {"phone": Channel.SMS, "email": Channel.EMAIL}
APPOINTMENT = "appointment_at"  # the attribute a booking leaves on a lead


def addresses(row: Row) -> tuple[Address, ...]:
    """The lead's addresses in order of preference."""
    return tuple(Address(CHANNEL_OF[item["kind"]], item["value"]) for item in many(row["addresses"]))


def consents(row: Row) -> tuple[Consent, ...]:
    """The latest word of each address."""
    return tuple(
        Consent(
            channel=Channel(item["channel"]),
            address=item["address"],
            granted=item["granted"],
            basis=Basis(item["basis"]),
            at=when(item["at"]),
            event_id=item["id"],
        )
        for item in many(row["consents"])
    )


def touches(row: Row) -> tuple[Touch, ...]:
    """What left, or is reserved to leave."""
    return tuple(
        Touch(
            message_id=item["id"],
            channel=Channel(item["channel"]),
            address=item["address"],
            at=when(item["at"]),
            message_class=MessageClass(item["class"]),
            state=MessageState(item["state"]),
            step=item["step"] or "",
        )
        for item in many(row["touches"])
    )


def inbound(row: Row) -> tuple[Inbound, ...]:
    """What the lead wrote, with what the classifier made of it, if it has read it."""
    return tuple(_inbound(item) for item in many(row["inbound"]))


def _inbound(item: Mapping[str, Any]) -> Inbound:
    reading = item["reading"] or {}
    tier, intent = reading.get("tier"), reading.get("intent")
    return Inbound(
        message_id=item["id"],
        channel=Channel(item["channel"]),
        address=item["address"],
        at=when(item["at"]),
        tier=OptOutTier(tier) if tier else None,
        intent=Intent(intent) if intent else None,
    )


def facts(
    row: Row,
    *,
    office_id: UUID,
    lead_touches: tuple[Touch, ...],
    suppressions: tuple[Suppression, ...],
) -> Facts:
    """One lead at one instant."""
    attributes = tuple(sorted((str(name), str(value)) for name, value in row["attributes"].items()))
    stated = dict(attributes)
    return Facts(
        office_id=str(office_id),
        office_timezone=row["office_timezone"],
        office_mode=row["office_mode"],
        lead_id=str(row["id"]),
        kind=LeadKind(row["kind"]),
        stage=Stage(row["stage"]),
        source=row["source"],
        created_at=row["created_at"],
        enquired_at=row["enquired_at"],
        enquiry=row["enquiry"],
        attributes=attributes,
        state=row["state"],
        zip=row["zip"],
        conversation=Conversation(row["conversation"]),
        owner_id=None if row["owner_id"] is None else str(row["owner_id"]),
        paused_until=row["paused_until"],
        handoff_open=bool(row["handoff_open"]),
        handed_off_at=row["handed_off_at"],
        appointment_at=_appointment(stated.get(APPOINTMENT, "")),
        addresses=addresses(row),
        consents=consents(row),
        suppressions=suppressions,
        touches=lead_touches,
        inbound=inbound(row),
        steps=(),  # facts/steps.py adds them
        past_sequences=tuple(many(row["past_sequences"])),
        taken_back=_taken_back(row["taken_back"]),
    )


def _taken_back(text: str | None) -> TakenBack | None:
    item = orjson.loads(text) if text else None
    return TakenBack(at=when(item["at"]), why=item["why"]) if item else None


def _appointment(text: str) -> datetime | None:
    # An imported column may bear this name too, with anything in it: only a whole instant is an appointment.
    try:
        read = when(text)
    except ValueError:
        return None
    return read if read.tzinfo is not None else None


def many(text: str | None) -> list[Any]:
    """The items of a JSON list that SQL leaves null when it is empty."""
    found: list[Any] = orjson.loads(text) if text else []
    return found


def when(text: str) -> datetime:
    """A time as PostgreSQL writes it into JSON."""
    return datetime.fromisoformat(text)
