"""A small stand-in for the Graph API: pages with tokens, their leads, and the refusals Meta gives."""

from dataclasses import dataclass, field
from typing import Any

from tests.providers import faults
from tests.providers.framing import Asked

VERSION = "/v25.0"
PAGE = "1029384756"
TOKEN = "EAAB-page-token"
LEAD: dict[str, Any] = {
    "id": "66861076766107789",
    "created_time": "2026-11-24T17:59:30+0000",
    "ad_id": "23849853425890183",
    "form_id": "447333180259108",
    "is_organic": False,
    "platform": "fb",
    "field_data": [
        {"name": "full_name", "values": ["Ann Lee"]},
        {"name": "email", "values": ["ann@mail.example"]},
        {"name": "phone_number", "values": ["+13125550142"]},
        {"name": "zip_code", "values": ["60601"]},
        {"name": "city", "values": ["Chicago"]},
        {"name": "state", "values": ["IL"]},
        {"name": "when_do_you_want_to_move?", "values": ["in 3 months"]},
        {"name": "may_we_text_you?", "values": ["Yes"]},
    ],
    "custom_disclaimer_responses": [
        {"checkbox_key": "sms_ok", "is_checked": "1"},
        {"checkbox_key": "newsletter", "is_checked": ""},
    ],
}


def refusal(status: int, code: int, message: str, **more: object) -> faults.Replied:
    """An error as the Graph API words it."""
    return faults.json({"error": {"message": message, "type": "OAuthException", "code": code, **more}}, status)


@dataclass
class FakeMeta:
    """Answers as Meta does to whoever holds the page's token."""

    leads: dict[str, dict[str, Any]] = field(default_factory=lambda: {LEAD["id"]: LEAD})
    apps: list[dict[str, Any]] = field(default_factory=lambda: [{"name": "Rekindle", "subscribed_fields": ["leadgen"]}])
    may_list_apps: bool = True

    def __call__(self, asked: Asked) -> faults.Replied:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(400, 190, "Invalid OAuth access token", error_subcode=460)
        path = asked.path.removeprefix(VERSION).strip("/")
        if path == PAGE:
            return faults.json({"id": PAGE, "name": "Lakeside Homes"})
        if path == f"{PAGE}/subscribed_apps":
            return faults.json({"data": self.apps}) if self.may_list_apps else refusal(403, 200, "Permissions error")
        if path in self.leads:
            wanted = set(asked.params()["fields"][0].split(","))
            return faults.json({name: value for name, value in self.leads[path].items() if name in wanted})
        return refusal(400, 100, f"Object with ID '{path}' does not exist", error_subcode=33)
