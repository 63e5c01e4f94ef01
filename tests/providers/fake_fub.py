"""A small stand-in for Follow Up Boss: people behind an API key, a sliding allowance, and its refusals."""

import base64
from dataclasses import dataclass, field
from typing import Any

from tests.providers import faults
from tests.providers.framing import Asked

KEY = "fka_test"
PERSON: dict[str, Any] = {
    "id": 1234,
    "created": "2026-11-20T10:00:00Z",
    "updated": "2026-11-24T17:58:00Z",
    "name": "Ann Lee",
    "firstName": "Ann",
    "lastName": "Lee",
    "stage": "Lead",
    "stageId": 2,
    "source": "Zillow",
    "sourceUrl": "https://homes.example/7",
    "price": 450000,
    "background": "met at the fair, going through a divorce",
    "assignedTo": "Bob Ray",
    "assignedUserId": 9,
    "tags": ["Buyer", "rekindle", "Buyer"],
    "emails": [
        {"value": "old@mail.example", "type": "home", "status": "Invalid"},
        {"value": "ann@mail.example", "type": "home", "status": "Valid", "isPrimary": 1},
    ],
    "phones": [
        {"value": "(312) 555-0199", "type": "home", "status": "Invalid", "isPrimary": 0},
        {"value": "(312) 555-0143", "type": "work", "status": "Not validated", "isPrimary": 0},
        {"value": "(312) 555-0142", "type": "mobile", "status": "Valid", "isPrimary": 1},
    ],
    "addresses": [{"type": "home", "street": "1 Elm St", "city": "Chicago", "state": "IL", "code": "60601"}],
    "customPreApproved": "yes",
}


@dataclass
class FakeFub:
    """Answers as Follow Up Boss does; custom fields only when asked for."""

    people: dict[str, dict[str, Any]] = field(default_factory=lambda: {"1234": dict(PERSON)})

    def __call__(self, asked: Asked) -> faults.Replied:
        basic = base64.b64encode(f"{KEY}:".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {basic}":
            return faults.json({"errorMessage": "Invalid API key"}, 401)
        if asked.path == "/v1/identity":
            return faults.json({"account": {"id": 1, "name": "Lakeside"}, "user": {"id": 9, "name": "Bob Ray"}})
        person = self.people.get(asked.path.removeprefix("/v1/people/"))
        if person is None:
            return faults.json({"errorMessage": "Person not found"}, 404)
        whole = asked.params().get("fields") == ["allFields"]
        return faults.json({k: v for k, v in person.items() if whole or not k.startswith("custom")})
