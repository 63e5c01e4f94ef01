"""Cal.com's bookings: who comes, when, and whether it still stands."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.providers.calcom.inbound import CalcomInbound
from rekindle.providers.calcom.plug import CalcomPlug
from rekindle.providers.ports import Booking, Event, Ignored, Parsed, RefusedSignatureError, Request, UnparsableError
from tests.conftest import NOON
from tests.providers.adapters_calcom import ADAPTERS, LEAD, SECRET, hook
from tests.providers.contract import Sample, account

(ADAPTER,) = ADAPTERS
NOBODY = {"attendees": [], "responses": {}, "metadata": {}}


def parse(content: bytes) -> tuple[Parsed, ...]:
    return CalcomInbound().parse(Event("evt", content, NOON), ADAPTER.account)


def one(content: bytes) -> Booking:
    (parsed,) = parse(content)
    assert isinstance(parsed, Booking)
    return parsed


def named(content: bytes) -> tuple[str, str]:
    verified = CalcomInbound().verify(ADAPTER.genuine(Sample(content)), ADAPTER.account)
    return verified.external_id, verified.party


def test_the_signature_is_plain_hex_over_the_raw_bytes() -> None:
    body = b'{"triggerEvent" : "PING"}\r\n'
    known = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    request = Request("POST", "", "", {"x-cal-signature-256": known}, body, NOON)
    assert CalcomInbound().verify(request, ADAPTER.account)
    for other in (f"sha256={known}", known.upper(), "no-secret-provided"):
        with pytest.raises(RefusedSignatureError):
            CalcomInbound().verify(Request("POST", "", "", {"x-cal-signature-256": other}, body, NOON), ADAPTER.account)


def test_a_whole_booking() -> None:
    assert one(hook()) == Booking(
        external_id="evt",
        email="ann@mail.example",
        phone="+13125550142",
        starts_at=datetime(2026, 11, 27, 17, tzinfo=UTC),
        canceled=False,
        lead=LEAD,
        name="Ann Lee",
        at=datetime(2026, 11, 24, 17, 59, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("trigger", "canceled"),
    [
        ("BOOKING_CREATED", False),
        ("BOOKING_RESCHEDULED", False),
        ("BOOKING_REQUESTED", False),
        ("BOOKING_CANCELLED", True),
        ("BOOKING_REJECTED", True),
    ],
)
def test_each_trigger_says_whether_the_appointment_stands(trigger: str, canceled: bool) -> None:
    assert one(hook(trigger)).canceled is canceled


def test_a_cancellation_without_a_time_still_cancels() -> None:
    assert one(hook("BOOKING_CANCELLED", startTime=None)).canceled


@pytest.mark.parametrize("trigger", ["PING", "MEETING_ENDED", "BOOKING_PAID", "RECORDING_READY", "FORM_SUBMITTED", "X"])
def test_what_says_nothing_of_an_appointment_is_ignored_with_a_reason(trigger: str) -> None:
    (ignored,) = parse(hook(trigger))
    assert isinstance(ignored, Ignored)
    assert ignored.why


def test_who_books_with_a_phone_number_alone_gets_no_made_up_address() -> None:
    attendee = {"email": "13125550142@sms.cal.com", "name": "Ann", "phoneNumber": "+13125550142"}
    booking = one(hook(attendees=[attendee], responses={}))
    assert (booking.email, booking.phone) == ("", "+13125550142")


def test_the_lead_is_found_in_the_link_or_the_form_and_must_be_an_id() -> None:
    assert one(hook(metadata={}, responses={"lead": {"value": LEAD.upper()}})).lead == LEAD
    assert one(hook(metadata={"lead": "'; drop table lead"})).lead == ""
    assert one(hook(**{**NOBODY, "metadata": {"lead": LEAD}})).lead == LEAD


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"triggerEvent":7}',
        hook(startTime="soon"),
        hook(**NOBODY),
        b'{"triggerEvent":"BOOKING_CREATED"}',
    ],
)
def test_a_booking_of_nobody_or_no_time_is_kept_with_a_reason(content: bytes) -> None:
    with pytest.raises(UnparsableError):
        parse(content)


def test_a_repeat_is_the_same_event_and_a_move_another() -> None:
    assert named(hook()) == ("bFJeNb2uX8ANpT3JL5EfXw:BOOKING_CREATED:2026-11-24T17:59:00.000Z", LEAD)
    assert named(hook()) == named(hook(title="sent again, worded anew"))
    assert named(hook())[0] != named(hook("BOOKING_RESCHEDULED"))[0]
    assert named(hook(uid=None))[0] != named(hook(uid=None, title="other"))[0]
    assert named(hook(metadata={}))[1] == "ann@mail.example"


def test_a_late_delivery_is_taken_because_nothing_signs_its_age() -> None:
    late = ADAPTER.genuine(Sample(hook()), at=NOON + timedelta(days=3))
    assert CalcomInbound().verify(late, ADAPTER.account)


scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text()
parts = st.dictionaries(st.sampled_from(["email", "name", "value", "phoneNumber", "lead"]), scalars)
values = scalars | st.lists(scalars | parts) | parts | st.dictionaries(st.sampled_from(["lead", "email"]), parts)
keys = st.sampled_from(["uid", "startTime", "attendees", "responses", "metadata"])


@given(st.binary(), st.sampled_from(["BOOKING_CREATED", "BOOKING_CANCELLED", "PING"]), st.dictionaries(keys, values))
def test_anything_signed_is_words_or_a_reason(junk: bytes, trigger: str, booking: dict[str, object]) -> None:
    try:
        whole = orjson.dumps({"triggerEvent": trigger, "createdAt": "x", "payload": booking})
    except orjson.JSONEncodeError:
        whole = b"{}"
    for content in (junk, whole):
        external_id, _ = named(content)
        assert 0 < len(external_id) <= 200
        try:
            assert parse(content)
        except UnparsableError as error:
            assert str(error)  # noqa: PT017 a reason must be given


@pytest.mark.parametrize(("secret", "ok"), [("", False), ("short", False), (SECRET, True)])
async def test_the_check_says_whether_a_secret_is_set(secret: str, ok: bool) -> None:
    checked = await CalcomPlug().check(account("calcom", secret=secret), deadline=1)
    assert checked.ok is ok
    assert checked.text.endswith(".")
