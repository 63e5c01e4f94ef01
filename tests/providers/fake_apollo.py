"""A small Apollo: knows some people, charges for them, and has the numbers asked for some polls later."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.providers import faults
from tests.providers.framing import Asked

KEY = "apollo-test-key"  # made up
BASE = "/api/v1"
# Beyond what a float keeps, and below zero, as the real ones are.
REQUEST = "-8351464734221602675"
# The parameters of people/match, as documented; anything else there would be ignored in silence.
MATCH = {
    *("email", "first_name", "last_name", "name", "domain", "linkedin_url", "id", "webhook_url"),
    *("reveal_personal_emails", "reveal_phone_number", "run_waterfall_email", "run_waterfall_phone"),
}
ANN = {
    "id": "64a7ff0cc4dfae00013df1a5",
    "first_name": "Ann",
    "last_name": "Lee",
    "title": "Nurse",
    "headline": None,
    "email": "ann@lee.example",
    "email_status": "verified",
    "city": "Chicago",
    "state": "Illinois",
    "linkedin_url": "http://linkedin.example/ann",
    "organization": {"name": "Lakeside Clinic", "industry": "hospital & health care"},
    "personal_emails": ["ann.lee@home.example"],
}


@dataclass
class FakeApollo:
    """`polls`: how often a result is still pending. Requests are asserted on as they come."""

    people: dict[str, dict[str, Any]] = field(default_factory=lambda: {"ann@lee.example": ANN})
    numbers: list[dict[str, Any]] = field(default_factory=list)
    polls: int = 0
    wrong: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> faults.Replied:
        logged_in = asked.headers.get("x-api-key") == KEY
        path = asked.path.removeprefix(BASE)
        if path == "/auth/health":
            return faults.json({"healthy": True, "is_logged_in": logged_in})
        if not logged_in:
            return faults.Replied(401, b"Invalid access credentials.", {"content-type": "text/plain"})
        if path == "/people/match" and asked.method == "POST":
            return self.match(dict(parse_qsl(asked.query, keep_blank_values=True)), asked.body)
        if path.startswith("/webhook_result/") and asked.method == "GET":
            return self.result(path.rpartition("/")[2])
        return error(404, "not_found", "There is nothing here")

    def match(self, given: dict[str, str], body: bytes) -> faults.Replied:
        self.wrong += [name for name, value in given.items() if name not in MATCH or not value]
        self.wrong += ["a body"] if body else []
        if given.get("reveal_phone_number") == "true" and "webhook_url" not in given:
            return error(422, "missing_webhook_url", "Please add a valid webhook_url parameter")
        known = self.people.get(given.get("email", ""))
        # The number stands bare in the JSON, as Apollo writes it.
        return faults.Replied(
            200,
            faults.json({"person": known, "request_id": "@"}).body.replace(b'"@"', REQUEST.encode()),
            {"content-type": "application/json"},
        )

    def result(self, request: str) -> faults.Replied:
        if request != REQUEST:
            return error(404, "request_id_unknown", "Unknown request_id")
        if self.polls:
            self.polls -= 1
            return error(404, "result_pending", "Not ready", retry_after_seconds=30)
        people = [{"id": ANN["id"], "status": "success", "phone_numbers": self.numbers}]
        said = {
            "request_id": "@",
            "webhook_status": "success",
            "webhook_result": {"people": people, "credits_consumed": 8},
        }
        return faults.Replied(200, faults.json(said).body.replace(b'"@"', REQUEST.encode()))


def patience(fault: faults.Fault) -> float:
    """Seconds to wait for an answer: few only where none will ever come."""
    return 0.6 if isinstance(fault, faults.HangBefore | faults.HangAfter | faults.Drip) else 10.0


def number(digits: str, **more: Any) -> dict[str, Any]:
    """A number as a result lists it."""
    return {
        "raw_number": digits,
        "sanitized_number": digits,
        "type_cd": "mobile",
        "status_cd": "valid_number",
        "confidence_cd": "high",
        "dnc_status_cd": None,
        **more,
    }


def error(status: int, code: str, message: str, **more: Any) -> faults.Replied:
    """A refusal in Apollo's words."""
    return faults.json({"error": message, "error_code": code, "message": message, **more}, status)
