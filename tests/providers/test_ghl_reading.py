"""HighLevel's webhooks in our words: every published example, wrapped, flat and without its type."""

from typing import Any

import orjson
import pytest

from rekindle.decide.words import Channel
from rekindle.providers.ghl.source import GhlInbound
from rekindle.providers.ports import (
    Account,
    Booking,
    Contact,
    Event,
    Ignored,
    Inbound,
    Parsed,
    Reply,
    SentElsewhere,
    StageMoved,
    Uninstalled,
    UnparsableError,
)
from tests.conftest import NOON
from tests.providers.adapters_ghl import EVENTS, EXAMPLES, HIGHLEVEL, NEW_CONTACT, set_up

GHL = GhlInbound(set_up())
ACTED_ON = {
    "AppUninstall": Uninstalled,
    "ContactCreate": Contact,
    "ContactUpdate": Contact,
    "ContactDelete": Contact,
    "ContactDndUpdate": Contact,
    "ContactTagUpdate": Contact,
    "OpportunityCreate": StageMoved,
    "OpportunityUpdate": StageMoved,
    "OpportunityStageUpdate": StageMoved,
    "OpportunityStatusUpdate": StageMoved,
    "AppointmentCreate": Booking,
    "AppointmentUpdate": Booking,
    "AppointmentDelete": Booking,
}
MESSAGES = [
    ("InboundMessage", 0, Reply),
    ("InboundMessage", 1, Ignored),  # a call
    ("InboundMessage", 2, Ignored),
    ("InboundMessage", 3, Reply),
    ("OutboundMessage", 0, Reply),  # upstream's slip: its direction says inbound
    ("OutboundMessage", 1, Ignored),
    ("OutboundMessage", 2, Ignored),
    ("OutboundMessage", 3, SentElsewhere),
]


def words(
    fields: object, source: Inbound = GHL, whose: Account = HIGHLEVEL, *, content_type: str = "application/json"
) -> tuple[Parsed, ...]:
    body = fields if isinstance(fields, bytes) else orjson.dumps(fields)
    return source.parse(Event("evt-1", body, NOON, "", content_type), whose)


def word(fields: object, source: Inbound = GHL, whose: Account = HIGHLEVEL) -> Any:
    [found] = words(fields, source, whose)
    return found


def wrapped(fields: dict[str, Any]) -> dict[str, Any]:
    """As the integration guide's sample handler expects it."""
    outer = {name: fields[name] for name in ("type", "locationId") if name in fields}
    return {**outer, "webhookId": "w-1", "data": {name: value for name, value in fields.items() if name != "type"}}


def typeless(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != "type"}


def test_there_are_58_published_events() -> None:
    assert len(EVENTS) == 58


@pytest.mark.parametrize(("name", "fields"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_every_published_example_is_understood_flat_and_wrapped(name: str, fields: dict[str, Any]) -> None:
    found = word(fields)
    assert found == word(wrapped(fields))
    if "Message" not in name:
        assert isinstance(found, ACTED_ON.get(name, Ignored))
    if isinstance(found, Ignored):
        assert len(found.why) > 10


@pytest.mark.parametrize(("name", "fields"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_every_published_example_without_its_type_is_understood_by_its_fields(
    name: str, fields: dict[str, Any]
) -> None:
    found = word(typeless(fields))
    assert found == word(typeless(wrapped(fields)))
    if name.startswith(("Contact", "Appointment")):
        assert isinstance(found, ACTED_ON[name])
    elif name.startswith("Opportunity"):
        assert isinstance(found, StageMoved)
    elif name not in ("InboundMessage", "OutboundMessage"):
        assert isinstance(found, Ignored)


@pytest.mark.parametrize(("name", "place", "expected"), MESSAGES)
def test_a_messages_direction_is_believed_before_its_type(name: str, place: int, expected: type) -> None:
    fields = EVENTS[name]["examples"][place]
    assert isinstance(word(fields), expected)
    assert isinstance(word(typeless(fields)), expected)


@pytest.mark.parametrize(
    "name", ["contactCreate", "CONTACTCREATE", "contact.create", "Contact Create", "contact_create"]
)
def test_a_type_counts_in_any_spelling(name: str) -> None:
    assert word({**NEW_CONTACT, "type": name}).contact_id == "c1"
    assert word({**typeless(NEW_CONTACT), "event": name}).contact_id == "c1"


def test_what_is_wrapped_wins_but_for_the_type() -> None:
    inside = {"id": "c1", "type": "lead", "email": "ann@lake.example", "phone": ""}
    found = word({"type": "ContactUpdate", "id": "delivery", "phone": "555-0142", "data": inside})
    assert (found.contact_id, found.emails, found.phones) == ("c1", ("ann@lake.example",), ("555-0142",))


def test_a_type_of_tomorrow_is_left_alone_and_a_contact_of_tomorrow_is_a_contact() -> None:
    found = word({"type": "CreditScoreUpdate", "locationId": "x", "value": 3})
    assert found == Ignored("HighLevel tells of something of the type 'CreditScoreUpdate'")
    assert isinstance(word({**NEW_CONTACT, "type": "ContactMerge"}), Contact)


@pytest.mark.parametrize("fields", [{}, {"locationId": "x"}, {"data": {}}, {"type": ""}, {"name": "Ann"}])
def test_what_says_nothing_is_unparsable(fields: dict[str, Any]) -> None:
    with pytest.raises(UnparsableError, match="about"):
        word(fields)


def test_an_install_waits_for_consent_and_an_uninstall_voids_the_tokens() -> None:
    assert "consent" in word({"type": "INSTALL", "locationId": "x", "appId": "a"}).why
    assert word({"type": "UNINSTALL", "locationId": "x", "appId": "a"}) == Uninstalled("evt-1", "ghl")


def test_an_opportunity_tells_the_stage_of_its_contact() -> None:
    fields = EVENTS["OpportunityStageUpdate"]["examples"][0]
    assert word({**fields, "timestamp": "2026-11-24T17:00:00Z"}) == StageMoved(
        external_id="evt-1",
        crm="ghl",
        contact_id="cJAWDskpkJHbRbhAT7bs",
        opportunity_id="wWhVuzqpRuOA1ZVWi4FC",
        pipeline_id="VDm7RPYC2GLUvdpKmBfC",
        stage_id="e93ba61a-53b3-45e7-985a-c7732dbcdb69",
        status="open",
        at=NOON.replace(hour=17),
    )
    assert word(fields).at is None  # the day it was made is not the day it moved
    assert word({**fields, "type": "OpportunityCreate"}).at is not None
    assert isinstance(word({**fields, "contactId": ""}), Ignored)


def test_an_appointment_keeps_the_offset_it_was_told_with() -> None:
    fields = EVENTS["AppointmentCreate"]["examples"][0]
    found = word(fields)
    assert found.contact_id == "9NkT25Vor1v4aQatFsv2"
    assert found.external_id == "0007BWpSzSwfiuSl0tR2"
    assert found.starts_at.isoformat() == "2023-09-25T16:00:00+05:30"
    assert found.at.isoformat() == "2023-09-25T10:30:00+00:00"
    assert not found.canceled


@pytest.mark.parametrize(
    ("status", "canceled"),
    [("cancelled", True), ("Canceled", True), ("invalid", True), ("noshow", False), ("showed", False), ("new", False)],
)
def test_an_appointments_status_cancels_it_and_so_does_its_deletion(status: str, canceled: bool) -> None:
    inner = EVENTS["AppointmentCreate"]["examples"][0]["appointment"]
    told = {"type": "AppointmentUpdate", "appointment": {**inner, "appointmentStatus": status}}
    assert word(told).canceled is canceled
    assert word({**told, "type": "AppointmentDelete"}).canceled


@pytest.mark.parametrize("said", ["", "soon", "2023-09-25T16:00:00", "9999-12-31T23:59:59-12:00", 5, None])
def test_an_appointment_without_a_clear_time_is_an_appointment_still(said: object) -> None:
    inner = {"id": "a1", "contactId": "c1", "startTime": said, "appointmentStatus": "confirmed"}
    assert word({"type": "AppointmentCreate", "appointment": inner}).starts_at is None


def test_blocked_time_is_nobodys_appointment() -> None:
    blocked = {"type": "AppointmentCreate", "appointment": {"id": "a1", "startTime": "2026-11-25T10:00:00Z"}}
    assert isinstance(word(blocked), Ignored)


def test_no_word_carries_what_the_database_cannot_keep() -> None:
    fields = {**NEW_CONTACT, "firstName": "A\x00nn", "tags": ["\u202eevil", "\x00"], "source": "a\nb"}
    body = orjson.dumps(fields).replace(b"evil", b"evil\\ud800")
    found = word(body)
    assert (found.first_name, found.tags, found.source) == ("Ann", ("evil",), "a b")
    message = {"contactId": "c", "direction": "inbound", "messageType": "SMS", "body": "yes\x00\x00"}
    reply = word(message)
    assert reply.channel is Channel.SMS
    assert reply.body == "yes"
