"""How old a webhook of HighLevel may be, and what it is called."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rekindle.providers.ports import Verified
from tests.conftest import NOON
from tests.providers.adapters_ghl import (
    NEW_CONTACT,
    OURS,
)
from tests.providers.test_ghl_verify import believed, genuine, refused


@pytest.mark.parametrize("off", [timedelta(0), timedelta(minutes=5), -timedelta(hours=26), -timedelta(hours=7)])
def test_an_event_of_now_or_a_late_retry_of_today_is_fresh(off: timedelta) -> None:
    at = NOON + off
    for said in (at.isoformat(), at.isoformat().replace("+00:00", "Z"), at.timestamp(), int(at.timestamp() * 1000)):
        assert believed(genuine({**NEW_CONTACT, "timestamp": said}))
        assert believed(genuine({**NEW_CONTACT, "timestamp": None, "data": {"timestamp": said}}))


@pytest.mark.parametrize(
    "off", [timedelta(minutes=5, seconds=1), -timedelta(hours=26, seconds=1), timedelta(days=400), -timedelta(days=400)]
)
def test_an_event_of_the_future_or_of_the_day_before_is_refused(off: timedelta) -> None:
    at = NOON + off
    refused(genuine({**NEW_CONTACT, "timestamp": at.isoformat()}))
    refused(genuine({**NEW_CONTACT, "timestamp": int(at.timestamp())}))
    refused(genuine({**NEW_CONTACT, "data": {"timestamp": at.isoformat()}}))


@pytest.mark.parametrize("said", ["soon", "0", 0, -1, True, 1e300, [], {}, "9" * 400, ["2026-11-24T18:00:00Z"]])
def test_a_timestamp_that_is_none_is_refused_and_no_loophole(said: object) -> None:
    refused(genuine({**NEW_CONTACT, "timestamp": said}))


def test_a_missing_timestamp_leaves_the_guard_to_the_name() -> None:
    plain = {name: value for name, value in NEW_CONTACT.items() if name not in ("timestamp", "webhookId")}
    first, again = believed(genuine(plain)), believed(replace(genuine(plain), at=NOON + timedelta(days=3)))
    assert first == again
    assert believed(genuine({**plain, "type": "ContactUpdate"})).external_id != first.external_id
    assert believed(genuine({**plain, "city": "Evanston"})).external_id != first.external_id


def test_the_webhook_id_names_the_event_and_the_contact_its_party() -> None:
    assert believed(genuine(NEW_CONTACT)) == Verified("w-15", "c1")
    assert believed(genuine({**NEW_CONTACT, "webhookId": "x" * 500})).external_id != "x" * 500
    inside = {"type": "ContactUpdate", "id": "delivery", "data": {**NEW_CONTACT, "webhookId": "w-2"}}
    assert believed(genuine(inside)) == Verified("w-2", "c1")
    message = {"type": "InboundMessage", "locationId": OURS, "contactId": "c1", "messageId": "m1"}
    assert believed(genuine(message)).party == "c1"
    appointment = {"type": "AppointmentCreate", "locationId": OURS, "appointment": {"id": "a1", "contactId": "c1"}}
    assert believed(genuine(appointment)).party == "c1"
