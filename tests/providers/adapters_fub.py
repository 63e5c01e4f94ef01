"""Follow Up Boss's webhooks, for the contract suite."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

import orjson

from rekindle.providers.fub.inbound import FubInbound
from rekindle.providers.ports import Account, Request
from tests.providers.contract import Adapter, Sample, account

SYSTEM_KEY = "0123456789abcdef0123456789abcdef"


def hook(event: object, *ids: object, event_id: object = "e-1") -> bytes:
    """A webhook as Follow Up Boss posts it."""
    return orjson.dumps(
        {
            "eventId": event_id,
            "eventCreated": "2026-11-24T17:58:00+00:00",
            "event": event,
            "resourceIds": list(ids),
            "uri": "https://attacker.example/v1/people?id=1",
        }
    )


def fub(request: Request, signer: Account) -> Mapping[str, str]:
    signed = base64.b64encode(request.body)
    return {"fub-signature": hmac.new(signer.get("system_key").encode(), signed, hashlib.sha256).hexdigest()}


ADAPTERS = (
    Adapter(
        FubInbound(),
        account("fub", api_key="fka_test", system="Rekindle", system_key=SYSTEM_KEY),
        tuple(account("fub", api_key="fka_test", system_key=key) for key in ("", "x", SYSTEM_KEY + "0")),
        fub,
        (
            Sample(hook("peopleCreated", 15)),
            Sample(hook("peopleUpdated", *range(100))),
            Sample(hook("peopleDeleted", 15)),
            Sample(hook("callsCreated", 15)),
        ),
    ),
)
