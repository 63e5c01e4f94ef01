"""SendGrid's two webhooks for the contract suite, signed with a key made for this run."""

import base64
from collections.abc import Mapping
from datetime import timedelta

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, SECP384R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as make
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rekindle.providers.ports import Account, Request
from rekindle.providers.sendgrid import signature
from rekindle.providers.sendgrid.events import SendGridInbound
from rekindle.providers.sendgrid.mail import SendGridMailInbound
from tests.providers.contract import Adapter, Sample, account

PRIVATE = make(SECP256R1())
POLICY = make(SECP256R1())  # of the security policy for inbound mail
SEND_ID = "00000000-0000-0000-0000-000000000001"


def public(key: EllipticCurvePrivateKey = PRIVATE) -> str:
    """As SendGrid shows it: base64, no armour."""
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def signed(body: bytes, stamp: int | str, key: EllipticCurvePrivateKey = PRIVATE) -> dict[str, str]:
    """The two headers of a genuine request."""
    made = key.sign(str(stamp).encode() + body, ECDSA(SHA256()))
    return {signature.TIMESTAMP: str(stamp), signature.SIGNATURE: base64.b64encode(made).decode()}


def sign(request: Request, signer: Account) -> Mapping[str, str]:  # noqa: ARG001 the account knows public keys only
    return signed(request.body, int(request.at.timestamp()))


def sign_mail(request: Request, signer: Account) -> Mapping[str, str]:  # noqa: ARG001 as above
    return signed(request.body, int(request.at.timestamp()), POLICY)


def batch(*events: dict[str, object]) -> bytes:
    """As it stands on the wire: a JSON array and a line end that is signed too."""
    return orjson.dumps(list(events)) + b"\r\n"


def event(kind: str, **fields: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "email": "ann@lake.example",
        "timestamp": 1795543200,
        "event": kind,
        "sg_event_id": f"id-{kind}",
        "sg_message_id": "msg1.filter0001.1.0",
        "send_id": SEND_ID,
    }
    return usual | fields


BOUNDARY = "xYzZY"  # the one SendGrid always uses
FORM = f"multipart/form-data; boundary={BOUNDARY}"
HEADERS = (
    "Received: by mx.example with SMTP id 1\r\n"
    "From: Ann Smith <ann@lake.example>\r\n"
    "To: Lakeside Team <r.tok123abc@parse.lakeside.example>\r\n"
    "Subject: Re: Your question\r\n"
    "Message-ID: <m1@lake.example>\r\n"
    "Date: Tue, 24 Nov 2026 18:00:00 +0000\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
)
ENVELOPE = orjson.dumps({"to": ["r.tok123abc@parse.lakeside.example"], "from": "ann@lake.example"}).decode()
REPLY: dict[str, str | bytes] = {
    "headers": HEADERS,
    "dkim": "{@lake.example : pass}",
    "to": "Lakeside Team <r.tok123abc@parse.lakeside.example>",
    "from": "Ann Smith <ann@lake.example>",
    "text": "Yes, Saturday works.\r\n",
    "sender_ip": "192.0.2.7",
    "envelope": ENVELOPE,
    "attachments": "0",
    "subject": "Re: Your question",
    "charsets": '{"to":"UTF-8","subject":"UTF-8","from":"UTF-8","text":"UTF-8"}',
    "SPF": "pass",
}
RAW: dict[str, str | bytes] = {
    "email": HEADERS + "\r\nYes, Saturday works.\r\n",
    **{name: value for name, value in REPLY.items() if name not in {"headers", "text"}},
}
PARSE_PATH = "p-4f9c2e71d0"


def form(fields: Mapping[str, str | bytes], *files: tuple[str, str, str, bytes]) -> bytes:
    """As Inbound Parse posts it; a file is its field, its name, its type and its bytes."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + (value.encode() if isinstance(value, str) else value)
        for name, value in fields.items()
    ] + [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        f"Content-Type: {kind}\r\n\r\n".encode()
        + content
        for name, filename, kind, content in files
    ]
    return b"".join(part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()


PARSE = account("sendgrid", parse_public_key=public(POLICY), parse_path=PARSE_PATH, event_public_key=public())
EVENTS = account("sendgrid", event_public_key=public(), api_key="SG.test")
WRONG_KEYS = ("", ",", "x", "MFkw", public(make(SECP256R1())), public(make(SECP384R1())), "whsec_AAAA")
WRONG_PATHS = ("", "p", PARSE_PATH + "x")

ADAPTERS = (
    Adapter(
        SendGridInbound(),
        EVENTS,
        tuple(account("sendgrid", event_public_key=key) for key in WRONG_KEYS),
        sign,
        (
            Sample(batch(event("processed"), event("delivered"))),
            Sample(batch(event("bounce", type="bounce", reason="550 5.1.1 unknown", status="5.1.1"))),
        ),
        fresh=timedelta(hours=25),
    ),
    Adapter(
        SendGridMailInbound(),
        PARSE,
        (
            *(account("sendgrid", parse_public_key=key, parse_path=PARSE_PATH) for key in WRONG_KEYS),
            *(
                account("sendgrid", parse_public_key=public(POLICY), parse_path=path)
                for path in ("", "p", PARSE_PATH + "x")
            ),
            account("sendgrid", event_public_key=public(POLICY), parse_path=PARSE_PATH),
        ),
        sign_mail,
        (
            Sample(form(REPLY), tail=PARSE_PATH, content_type=FORM),
            Sample(form(RAW), tail=PARSE_PATH, content_type=FORM),
        ),
        fresh=timedelta(hours=25),
    ),
)
