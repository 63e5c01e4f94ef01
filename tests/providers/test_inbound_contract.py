"""Every webhook source passes the one contract suite."""

from collections.abc import Callable
from datetime import datetime

import orjson
import pytest

from rekindle.providers import standard_webhooks
from rekindle.providers.form.source import FormInbound
from rekindle.providers.sandbox.inbound import SandboxInbound
from tests.providers import contract
from tests.providers.contract import Adapter


def standard(body: bytes, at: datetime, secret: bytes) -> dict[str, str]:
    return standard_webhooks.sign(body, event_id="evt_1", at=at, secret=secret)


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

FORM = Adapter(
    FormInbound(),
    standard,
    b"f" * 32,
    (b'{"name":"Ann","phone":"312-555-0142"}', b"name=Ann&phone=312-555-0142"),
)
SANDBOX = Adapter(SandboxInbound(), standard, b"s" * 32, (orjson.dumps(RECEIPT | AT), orjson.dumps(REPLY | AT)))

BY_NAME = {"form": FORM, "sandbox": SANDBOX}


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", BY_NAME)
def test_contract(name: str, check: Callable[[Adapter], None]) -> None:
    check(BY_NAME[name])


@pytest.mark.parametrize(("adapter", "other"), [(FORM, SANDBOX), (SANDBOX, FORM)])
def test_another_providers_request_is_refused(adapter: Adapter, other: Adapter) -> None:
    contract.another_providers_is_refused(adapter, other)
