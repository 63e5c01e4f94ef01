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
from tests.providers.contract import Adapter, Sample, account

PRIVATE = make(SECP256R1())
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


EVENTS = account("sendgrid", event_public_key=public(), api_key="SG.test")
WRONG_KEYS = ("", ",", "x", "MFkw", public(make(SECP256R1())), public(make(SECP384R1())), "whsec_AAAA")

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
)
