"""Webhooks of every kind of signature, signed as the providers do, each a new event."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rekindle.providers import standard_webhooks
from rekindle.providers.twilio import verify as twilio

SPKI = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
FORM = "application/x-www-form-urlencoded"
SECRET = "bench-secret-of-nobody-at-all"  # noqa: S105 made up
SID, PAGE, LOCATION, PATH = "AC" + "b" * 32, "1029384756", "bench-location", "bench-path-of-nobody-at-all"
WHSEC = "whsec_" + base64.b64encode(SECRET.encode()).decode()

portal, highlevel, sendgrid = (
    Ed25519PrivateKey.generate(),
    Ed25519PrivateKey.generate(),
    generate_private_key(SECP256R1()),
)

# What the installation and the office know of those who sign.
ENVIRON = {
    "REKINDLE_GHL_PUBLIC_KEYS": base64.b64encode(highlevel.public_key().public_bytes(*SPKI)).decode(),
    "REKINDLE_META_APP_SECRET": SECRET,
    "REKINDLE_META_VERIFY_TOKEN": SECRET,
}
ACCOUNTS: Mapping[str, Mapping[str, str]] = {
    "form": {
        "secret": WHSEC,
        "public_key": "whpk_" + base64.b64encode(portal.public_key().public_bytes_raw()).decode(),
    },
    "twilio": {"account_sid": SID, "auth_token": SECRET},
    "sendgrid": {"event_public_key": base64.b64encode(sendgrid.public_key().public_bytes(*SPKI)).decode()},
    "ghl": {"location_id": LOCATION},
    "meta": {"page_id": PAGE, "page_token": SECRET},
    "fub": {"system_key": SECRET},
    "calcom": {"secret": SECRET},
    "zillow": {"path_token": PATH},
    "mail": {"secret": WHSEC},
}


@dataclass(frozen=True)
class Kind:
    """One kind: its source, a body by number, and the headers that sign it (of URL, body and time)."""

    source: str
    body: Callable[[int], bytes]
    sign: Callable[[str, bytes, datetime], Mapping[str, str]]
    content_type: str = "application/json"
    tail: str = ""


def _hex(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def _standard(_: str, body: bytes, at: datetime) -> Mapping[str, str]:
    return standard_webhooks.sign(body, event_id=_id(body), at=at, secret=WHSEC.encode())


def _portal(_: str, body: bytes, at: datetime) -> Mapping[str, str]:
    stamp = str(int(at.timestamp()))
    made = base64.b64encode(portal.sign(f"{_id(body)}.{stamp}.".encode() + body)).decode()
    return {"webhook-id": _id(body), "webhook-timestamp": stamp, "webhook-signature": f"v1a,{made}"}


def _id(body: bytes) -> str:
    return "msg_" + hashlib.sha256(body).hexdigest()[:32]


def _sendgrid(_: str, body: bytes, at: datetime) -> Mapping[str, str]:
    stamp = str(int(at.timestamp()))
    made = base64.b64encode(sendgrid.sign(stamp.encode() + body, ECDSA(SHA256()))).decode()
    head = "x-twilio-email-event-webhook"
    return {f"{head}-timestamp": stamp, f"{head}-signature": made}


def _enquiry(number: int) -> bytes:
    return orjson.dumps(
        {"name": f"Ada Bench {number}", "email": f"ada{number}@bench.example", "message": "Still free?"}
    )


def _text(number: int) -> bytes:
    return urlencode(
        {"AccountSid": SID, "ApiVersion": "2010-04-01", "Body": "Yes, is it still free?", "From": "+13125550142",
         "MessageSid": f"SM{number:032x}", "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received",
         "SmsMessageSid": f"SM{number:032x}", "SmsSid": f"SM{number:032x}", "To": "+13125550100"}
    ).encode()  # fmt: skip


def _events(number: int) -> bytes:
    return orjson.dumps([
        {"email": "ada@bench.example", "timestamp": 1795543200, "event": "delivered", "sg_message_id": "m.filter.1",
         "sg_event_id": f"bench-{number}-{place}", "send_id": "00000000-0000-0000-0000-000000000001"}
        for place in range(50)
    ]) + b"\r\n"  # fmt: skip


def _contact(number: int) -> bytes:
    who = {"id": f"c{number}", "firstName": "Ada", "email": f"ada{number}@bench.example", "tags": ["buyer"]}
    return orjson.dumps({"type": "ContactCreate", "locationId": LOCATION, "webhookId": f"w{number}", **who})


def _leadgen(number: int) -> bytes:
    value = {"leadgen_id": str(10**15 + number), "page_id": PAGE, "form_id": "1", "created_time": 1795543170}
    return orjson.dumps({"object": "page", "entry": [{"id": PAGE, "changes": [{"field": "leadgen", "value": value}]}]})


def _people(number: int) -> bytes:
    return orjson.dumps({"eventId": f"e{number}", "event": "peopleUpdated", "resourceIds": [number]})


def _booking(number: int) -> bytes:
    who = {"email": f"ada{number}@bench.example", "name": "Ada Bench"}
    payload = {"uid": f"b{number}", "startTime": "2026-11-27T17:00:00Z", "attendees": [who]}
    return orjson.dumps({"triggerEvent": "BOOKING_CREATED", "createdAt": "2026-11-24T18:00:00Z", "payload": payload})


def _rental(number: int) -> bytes:
    return urlencode(
        {"listingId": "p1", "name": "Ada", "email": f"ada{number}@bench.example", "message": "Free?"}
    ).encode()


def _mail(number: int) -> bytes:
    head = (
        f"From: Ada <ada{number}@bench.example>\r\nTo: hello@bench.example\r\nMessage-ID: <{number}@bench.example>\r\n"
    )
    return (head + "Subject: 12 Elm\r\n\r\n").encode() + b"Is the house on Elm Street still there?\r\n" * 488


KINDS: Mapping[str, Kind] = {
    "form_v1": Kind("form", _enquiry, _standard),
    "form_v1a": Kind("form", _enquiry, _portal),
    "twilio_form": Kind(
        "twilio", _text, lambda url, body, _: {"x-twilio-signature": twilio.signature(url, body, SECRET)}, FORM
    ),
    "sendgrid_50_events": Kind("sendgrid", _events, _sendgrid),
    "ghl_ed25519": Kind(
        "ghl", _contact, lambda _, body, __: {"x-ghl-signature": base64.b64encode(highlevel.sign(body)).decode()}
    ),
    "meta": Kind("meta", _leadgen, lambda _, body, __: {"x-hub-signature-256": "sha256=" + _hex(body)}),
    "fub": Kind("fub", _people, lambda _, body, __: {"fub-signature": _hex(base64.b64encode(body))}),
    "calcom": Kind("calcom", _booking, lambda _, body, __: {"x-cal-signature-256": _hex(body)}),
    "zillow": Kind("zillow", _rental, lambda *_: {}, FORM, PATH),
    "mail_20kB": Kind("mail", _mail, _standard, "message/rfc822"),
}
