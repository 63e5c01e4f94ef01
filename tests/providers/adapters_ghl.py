"""HighLevel's signed webhooks and workflow actions for the contract suite; the key is the published test vector's."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rekindle.providers.ghl import settings
from rekindle.providers.ghl.source import GhlInbound
from rekindle.providers.ghl.workflow import HEADER, GhlWorkflowInbound
from rekindle.providers.ports import Account, Request
from tests.providers import vectors
from tests.providers.contract import Adapter, Sample, account

VECTOR = vectors.of("highlevel")[0]
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTOR["test_seed_hex"]))
PUBLIC = VECTOR["public_key_spki_b64"]
OURS = "ve9EPM428h8vShlRW1KT"
SECRET = "not-a-real-workflow-secret"
EVENTS: dict[str, Any] = orjson.loads(
    (Path(__file__).parent.parent / "specs" / "highlevel" / "webhook-events.json").read_bytes()
)["events"]
EXAMPLES: list[tuple[str, dict[str, Any]]] = [
    (name, example) for name, event in EVENTS.items() for example in event["examples"]
]

HIGHLEVEL = account("ghl", location_id=OURS, workflow_secret=SECRET)
NEW_CONTACT = {
    "type": "ContactCreate",
    "locationId": OURS,
    "id": "c1",
    "firstName": "José",
    "lastName": "Lake",
    "email": "jose@lake.example",
    "phone": "(312) 555-0142",
    "tags": ["Buyer", "Re-Kindle"],
    "dateAdded": "2026-11-24T17:59:58.000Z",
    "webhookId": "w-15",
    "timestamp": "2026-11-24T17:59:59.000Z",
}
FROM_WORKFLOW = {
    "contact_id": "c1",
    "first_name": "Ann",
    "last_name": "Lake",
    "full_name": "Ann Lake",
    "email": "ann@lake.example",
    "phone": "+13125550142",
    "tags": "new lead,Re-kindle",
    "date_created": "2026-09-02T01:03:25.791Z",
    "contact_type": "lead",
    "location": {"name": "Lakeside Team", "id": OURS},
    "workflow": {"id": "3089c141", "name": "Send to Rekindle"},
    "triggerData": {},
    "contact": {"attributionSource": {"sessionSource": "CRM UI", "medium": "form"}},
    "attributionSource": {},
    "Budget": "about 400k",
    "customData": {"message": "Is the house on Elm Street still there?", "kind": "Buyer"},
}


def set_up(**changes: str) -> settings.GhlSettings:
    """The settings of an installation that trusts the test key."""
    return settings.read({"REKINDLE_GHL_PUBLIC_KEYS": PUBLIC, **changes})


def signature(body: bytes, key: Ed25519PrivateKey = PRIVATE) -> str:
    return base64.b64encode(key.sign(body)).decode()


def signed(request: Request, signer: Account) -> Mapping[str, str]:  # noqa: ARG001 one key signs for all accounts
    return {"x-ghl-signature": signature(request.body)}


def secret(request: Request, signer: Account) -> Mapping[str, str]:  # noqa: ARG001 the header covers no body
    return {HEADER: signer.get("workflow_secret")}


def _wire(*bodies: object) -> tuple[Sample, ...]:
    return tuple(Sample(orjson.dumps(body)) for body in bodies)


def _ours(name: str, place: int = 0) -> dict[str, Any]:
    return {**EVENTS[name]["examples"][place], "locationId": OURS}


ADAPTERS = (
    Adapter(
        GhlInbound(set_up()),
        HIGHLEVEL,
        (account("ghl", location_id="another"), account("ghl", location_id=OURS + "1"), account("ghl", location_id="")),
        signed,
        _wire(
            NEW_CONTACT,
            {"type": "ContactTagUpdate", "data": {**NEW_CONTACT, "webhookId": "w-25", "tags": ["a15"]}},
            _ours("InboundMessage"),
            _ours("AppointmentCreate"),
            _ours("OpportunityStageUpdate"),
            _ours("AppUninstall"),
        ),
    ),
    Adapter(
        GhlWorkflowInbound(),
        HIGHLEVEL,
        tuple(
            account("ghl", location_id=OURS, workflow_secret=wrong)
            for wrong in ("", "x", SECRET + "x", SECRET[:-1], SECRET.upper())
        ),
        secret,
        (
            *_wire(FROM_WORKFLOW),
            Sample(
                b"contact_id=c1&full_name=Ann+Lake&phone=%2B13125550142&location%5Bid%5D=" + OURS.encode(),
                content_type="application/x-www-form-urlencoded",
            ),
        ),
        covers_body=False,
    ),
)
