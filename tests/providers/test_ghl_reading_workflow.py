"""Workflow actions of HighLevel: enquiries, answers, appointments and stages in the shapes offices send them."""

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from rekindle.decide.words import Channel
from rekindle.providers.ghl.workflow import GhlWorkflowInbound
from rekindle.providers.ports import (
    Booking,
    Contact,
    Enquiry,
    Fetch,
    GivenConsent,
    Reply,
    SentElsewhere,
    StageMoved,
    UnparsableError,
)
from tests.conftest import NOON
from tests.providers.adapters_ghl import FROM_WORKFLOW, HIGHLEVEL, NEW_CONTACT, OURS
from tests.providers.contract import account
from tests.providers.test_ghl_reading import words

WORKFLOW = GhlWorkflowInbound()
TAGGED = account("ghl", location_id=OURS, activation_tags="re-KINDLE")


def read(fields: object, whose: Any = HIGHLEVEL) -> Any:
    [found] = words(fields, WORKFLOW, whose)
    return found


def consent(channel: Channel, basis: str, *, granted: bool, text: str = "") -> GivenConsent:
    return GivenConsent(channel, granted=granted, basis=basis, text=text, url="", ip="", at=None)


def test_a_lead_sent_by_a_workflow_is_an_enquiry() -> None:
    assert read(FROM_WORKFLOW) == Enquiry(
        external_id="evt-1",
        source="ghl-workflow",
        name="Ann Lake",
        first_name="Ann",
        last_name="Lake",
        emails=("ann@lake.example",),
        phones=("+13125550142",),
        kind="buyer",
        message="Is the house on Elm Street still there?",
        page="",
        at=None,
        state="",
        zip="",
        city="",
        street="",
        attributes=(("Budget", "about 400k"),),
        consents=(consent(Channel.EMAIL, "inquiry", granted=True),),
        contact_id="c1",
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"first_name": "Ann", "phone": "555-0142"},
        {"firstName": "Ann", "Phone": "555-0142"},
        {"data": {"first_name": "Ann", "phone": "555-0142"}},
        {"contact": {"first_name": "Ann", "phone": "555-0142"}},
        {"customData": {"first_name": "Ann", "phone": "555-0142"}, "phone": "555-0199"},
        {"type": "lead", "first_name": "Ann", "phone": "555-0142"},
        {"type": "ContactCreate", "first_name": "Ann", "phone": "555-0142", "id": "c1"},
    ],
)
def test_nested_flat_and_typeless_bodies_are_one_enquiry(fields: dict[str, Any]) -> None:
    for body in (fields, b"\xef\xbb\xbf" + orjson.dumps(fields)):
        found = read(body)
        assert isinstance(found, Enquiry)
        assert (found.first_name, found.phones) == ("Ann", ("555-0142",))


@pytest.mark.parametrize(
    "pairs",
    [
        {"full_name": "Ann Lake", "email": "ann@lake.example", "location[id]": OURS, "customData[message]": "Hi"},
        {"full_name": "Ann Lake", "email": "ann@lake.example", "location.id": OURS, "customData.message": "Hi"},
        {"contact.full_name": "Ann Lake", "contact.email": "ann@lake.example", "message": "Hi"},
        {"name": "Ann Lake", "email": "ann@lake.example", "message": "Hi", "tags": "a,b"},
    ],
)
def test_a_form_post_is_read_like_json(pairs: dict[str, str]) -> None:
    found = read(urlencode(pairs).encode())
    assert (found.name, found.emails, found.message) == ("Ann Lake", ("ann@lake.example",), "Hi")


def test_half_an_emoji_and_a_bare_line_end_in_a_template_turn_nobody_away() -> None:
    body = b'{"phone": "555-0142", "customData": {"message": "Hello\n there \\ud83d"}}'
    assert read(body).message == "Hello\n there"


def test_who_is_not_activated_is_known_and_answered_by_nobody() -> None:
    assert isinstance(read(FROM_WORKFLOW, TAGGED), Enquiry)
    found = read({**FROM_WORKFLOW, "tags": "new lead"}, TAGGED)
    assert isinstance(found, Contact)
    assert found.activated is False
    assert found.attributes == (("Budget", "about 400k"),)
    assert read({"phone": "555-0142", "tags": "x"}, TAGGED).enroll == "none"
    assert read({"phone": "555-0142", "tags": " RE-kindle"}, TAGGED).enroll == "auto"


def test_consent_is_what_the_authors_fields_say_and_do_not_disturb_is_a_no() -> None:
    said = {"sms_consent": "Yes", "email_consent": "no", "consent_text": "I agree to texts"}
    assert read({**FROM_WORKFLOW, "customData": said}).consents == (
        consent(Channel.SMS, "written", granted=True, text="I agree to texts"),
        consent(Channel.EMAIL, "given", granted=False, text="I agree to texts"),
    )
    assert read({**FROM_WORKFLOW, "dnd": True, "customData": {"sms_consent": True}}).consents == (
        consent(Channel.SMS, "given", granted=False),
        consent(Channel.EMAIL, "given", granted=False),
    )
    assert read({"phone": "555-0142"}).consents == ()


def test_a_body_that_only_names_the_contact_is_a_hint() -> None:
    assert read({"contact_id": "c1"}) == Fetch("evt-1", "ghl-contact", "c1", None)
    with pytest.raises(UnparsableError, match="phone"):
        read({"full_name": "Ann"})


def test_an_answer_names_the_number_and_the_contact() -> None:
    found = read({**FROM_WORKFLOW, "customData": {}, "message": {"type": 2, "body": "yes, call me"}})
    assert isinstance(found, Reply)
    assert (found.channel, found.sender, found.contact_id) == (Channel.SMS, "+13125550142", "c1")
    assert (found.body, found.external_id) == ("yes, call me", "evt-1")
    mail = read({**FROM_WORKFLOW, "customData": {}, "message": {"type": 3, "body": "<p>yes</p>", "subject": "Re: x"}})
    assert (mail.channel, mail.sender, mail.subject, mail.body) == (Channel.EMAIL, "ann@lake.example", "Re: x", "yes")
    flat = read({"contact_id": "c1", "phone": "555-0142", "direction": "inbound", "message": "STOP"})
    assert (flat.channel, flat.body, flat.sender) == (Channel.SMS, "STOP", "555-0142")
    out = read({"contact_id": "c1", "message": {"type": 2, "body": "Hi", "direction": "outbound"}})
    assert isinstance(out, SentElsewhere)


def test_an_appointment_is_in_the_zone_the_workflow_names() -> None:
    calendar = {
        "title": "Tour",
        "appointmentId": "a1",
        "selectedTimezone": "America/Chicago",
        "startTime": "2026-11-27T10:00:00",
        "appoinmentStatus": "confirmed",
    }
    found = read({**FROM_WORKFLOW, "calendar": calendar})
    assert isinstance(found, Booking)
    assert found.starts_at is not None
    assert found.starts_at.isoformat() == "2026-11-27T10:00:00-06:00"
    assert (found.external_id, found.contact_id, found.email) == ("a1", "c1", "ann@lake.example")
    assert read({**FROM_WORKFLOW, "calendar": {**calendar, "appoinmentStatus": "cancelled"}}).canceled
    for zone in ("", "America/Nowhere", "../../etc/passwd", "America", "\x00"):
        assert read({**FROM_WORKFLOW, "calendar": {**calendar, "selectedTimezone": zone}}).starts_at is None


def test_an_opportunity_tells_who_and_where_they_stand() -> None:
    pipeline = {"id": "o1", "pipeline_id": "p1", "pipleline_stage": "Showing", "status": "Open"}
    contact, moved = words({**FROM_WORKFLOW, **pipeline}, WORKFLOW)
    assert isinstance(contact, Contact)
    assert contact.contact_id == "c1"
    assert moved == StageMoved("evt-1", "ghl", "c1", "o1", "p1", "Showing", "open", None)


def test_a_typed_body_is_read_like_the_webhook_it_copies() -> None:
    assert isinstance(read({**NEW_CONTACT, "type": "ContactTagUpdate"}), Contact)
    told = {"type": "InboundMessage", "contactId": "c1", "messageType": "SMS", "body": "yes", "messageId": "m1"}
    assert read(told).external_id == "m1"


@pytest.mark.parametrize("body", [b"", b"[]", b"[1]", b"plain text", b"\xff\xfe=1", b"{", b"&&&", b"a=1&" * 600])
def test_a_body_that_is_neither_json_nor_a_form_is_unparsable(body: bytes) -> None:
    with pytest.raises(UnparsableError):
        read(body)


def test_a_workflow_enquiry_says_when_only_if_it_knows() -> None:
    assert read({**FROM_WORKFLOW, "timestamp": NOON.isoformat()}).at == NOON
