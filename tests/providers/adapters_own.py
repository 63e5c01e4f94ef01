"""Our own sources for the contract suite: the form and the sandbox, both Standard Webhooks."""

from collections.abc import Mapping
from datetime import timedelta

import orjson

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
        SandboxInbound(),
        account("sandbox", secret=SANDBOX_SECRET),
        _wrong("sandbox", SANDBOX_SECRET),
        standard,
        (Sample(orjson.dumps(RECEIPT | AT)), Sample(orjson.dumps(REPLY | AT))),
        fresh=timedelta(minutes=5),
    ),
)
