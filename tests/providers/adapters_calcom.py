"""Cal.com's webhooks, for the contract suite."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson

from rekindle.providers.calcom.inbound import CalcomInbound
from rekindle.providers.ports import Account, Request
from tests.providers.contract import Adapter, Sample, account

SECRET = "cal-secret-0123456789"
LEAD = "0193a1b2-0000-7000-8000-000000000001"


def hook(trigger: object = "BOOKING_CREATED", **booking: object) -> bytes:
    """A webhook as Cal.com posts it; `booking` changes its payload."""
    payload: dict[str, Any] = {
        "type": "30min",
        "title": "Viewing between Bob Ray and Ann Lee",
        "startTime": "2026-11-27T17:00:00Z",
        "endTime": "2026-11-27T17:30:00Z",
        "uid": "bFJeNb2uX8ANpT3JL5EfXw",
        "status": "ACCEPTED",
        "organizer": {"name": "Bob Ray", "email": "bob@lakeside.example", "timeZone": "America/Chicago"},
        "attendees": [
            {"email": "ann@mail.example", "name": "Ann Lee", "timeZone": "America/Chicago"},
            {"email": "guest@mail.example", "name": "Cid Lee"},
        ],
        "responses": {
            "name": {"label": "your_name", "value": "Ann Lee"},
            "email": {"label": "email_address", "value": "ann@mail.example"},
            "attendeePhoneNumber": {"label": "phone", "value": "+13125550142"},
        },
        "metadata": {"lead": LEAD, "videoCallUrl": "https://meet.example/x"},
        **booking,
    }
    return orjson.dumps({"triggerEvent": trigger, "createdAt": "2026-11-24T17:59:00.000Z", "payload": payload})


def cal(request: Request, signer: Account) -> Mapping[str, str]:
    return {"x-cal-signature-256": hmac.new(signer.get("secret").encode(), request.body, hashlib.sha256).hexdigest()}


ADAPTERS = (
    Adapter(
        CalcomInbound(),
        account("calcom", secret=SECRET),
        tuple(account("calcom", secret=secret) for secret in ("", "x", SECRET + "0")),
        cal,
        (Sample(hook()), Sample(hook("BOOKING_CANCELLED")), Sample(hook("PING"))),
    ),
)
