"""Our own sources for the contract suite: the form (both kinds of key) and the sandbox, all Standard Webhooks."""

import base64
from collections.abc import Mapping
from datetime import timedelta

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rekindle.providers import standard_webhooks
from rekindle.providers.form.source import FormInbound
from rekindle.providers.ports import Account, Request
from rekindle.providers.sandbox.inbound import SandboxInbound
from tests.providers.contract import Adapter, Sample, account

FORM_SECRET = "whsec_Zm9ybQ=="
SANDBOX_SECRET = "whsec_c2FuZGJveA=="

RECEIPT = {
    "type": "receipt",
    "id": "SM1",
    "key": "k:1:sms",
    "channel": "sms",
    "to": "+13125550142",
    "state": "delivered",
}
REPLY = {"type": "reply", "id": "IN1", "channel": "sms", "from": "+13125550142", "to": "+13125550100", "body": "STOP"}
AT = {"at": "2026-11-24T18:00:00+00:00"}


def standard(request: Request, signer: Account) -> Mapping[str, str]:
    secret = signer.get("secret").encode()
    return standard_webhooks.sign(request.body, event_id="evt_1", at=request.at, secret=secret)


# The published test key of the v1a vector: `whsk_` holds the seed and the public half behind it.
PORTAL_KEY = Ed25519PrivateKey.from_private_bytes(
    base64.b64decode("6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==")[:32]
)
PORTAL_PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="


def portal(request: Request, signer: Account) -> Mapping[str, str]:  # noqa: ARG001 the portal keeps its own key
    stamp = str(int(request.at.timestamp()))
    signature = base64.b64encode(PORTAL_KEY.sign(f"evt_1.{stamp}.".encode() + request.body)).decode()
    return {"webhook-id": "evt_1", "webhook-timestamp": stamp, "webhook-signature": f"v1a,{signature}"}


def _wrong(provider: str, secret: str) -> tuple[Account, ...]:
    return tuple(account(provider, secret=key) for key in ("", "x", secret + "AAAA", "whsec_", "whsec_%%%"))


ADAPTERS = (
    Adapter(
        FormInbound(),
        account("form", secret=FORM_SECRET),
        _wrong("form", FORM_SECRET),
        standard,
        (
            Sample(b'{"name":"Ann","phone":"312-555-0142"}'),
            Sample(b"name=Ann&phone=312-555-0142", content_type="application/x-www-form-urlencoded"),
        ),
        fresh=timedelta(minutes=5),
    ),
    Adapter(
        FormInbound(),
        account("form", public_key=PORTAL_PUBLIC),
        (
            *(account("form", public_key=key) for key in ("", "whpk_", "whpk_AAAA", "whpk_" + "A" * 43 + "=")),
            account("form", secret=FORM_SECRET),
        ),
        portal,
        (Sample(b'{"name":"Ann","phone":"312-555-0142"}'),),
        fresh=timedelta(minutes=5),
    ),
    Adapter(
        SandboxInbound(),
        account("sandbox", secret=SANDBOX_SECRET),
        _wrong("sandbox", SANDBOX_SECRET),
        standard,
        (Sample(orjson.dumps(RECEIPT | AT)), Sample(orjson.dumps(REPLY | AT))),
        fresh=timedelta(minutes=5),
    ),
)
