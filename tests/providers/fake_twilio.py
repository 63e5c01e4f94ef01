"""A small Twilio: takes texts, keeps them, lists them by page and day, knows one number, one service and line types."""

import base64
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import orjson

from tests.conftest import NOON
from tests.providers import faults
from tests.providers.framing import Asked

SID = "AC" + "a" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
SERVICE = "MG" + "b" * 32
KEY_SID, KEY_SECRET = "SK" + "c" * 32, "key-secret"
NUMBER = "+13125550100"
OPTED_OUT, LANDLINE = "+13125550199", "+13125550198"
ROOT = f"/2010-04-01/Accounts/{SID}"


@dataclass
class FakeTwilio:
    """`at` is its clock; `queue` keeps new texts out of lists by day, as Twilio's date filter does."""

    at: datetime = NOON
    queue: bool = False
    page: int = 50
    prefix: str = ""
    account: dict[str, Any] = field(
        default_factory=lambda: {"sid": SID, "friendly_name": "Lakeside", "status": "active", "type": "Full"}
    )
    line: dict[str, Any] | None = field(default_factory=lambda: {"type": "mobile", "error_code": None})
    messages: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> faults.Replied:  # noqa: PLR0911 one a path
        if asked.headers.get("authorization") not in {_basic(SID, TOKEN), _basic(KEY_SID, KEY_SECRET)}:
            return error(401, 20003, "Authenticate")
        match unquote(asked.path).removeprefix(ROOT).split("/"):
            case ["", "Messages.json"]:
                return self.create(asked.form()) if asked.method == "POST" else self.list(asked)
            case [".json"]:
                return faults.json(self.account)
            case ["", "IncomingPhoneNumbers.json"]:
                return self.numbers(dict(parse_qsl(asked.query)))
            case ["", "v1", "Services", service] if service == SERVICE:
                return faults.json({"sid": SERVICE, "friendly_name": "Leads"})
            case ["", "v2", "PhoneNumbers", phone]:
                return self.look_up(phone)
            case _:
                return error(404, 20404, "The requested resource was not found")

    def create(self, form: dict[str, str]) -> faults.Replied:
        if form["To"] == OPTED_OUT:
            return error(400, 21610, "Attempt to send to unsubscribed recipient")
        if form["To"] == LANDLINE:
            return error(400, 21614, f"To number: {LANDLINE}, is not a mobile number")
        row = {
            "sid": f"SM{len(self.messages):032x}",
            "to": form["To"],
            "from": form.get("From"),
            "messaging_service_sid": form.get("MessagingServiceSid"),
            "body": self.prefix + form["Body"].replace("’", "'"),
            "status": "queued",
            "direction": "outbound-api",
            "date_created": format_datetime(self.at),
            "date_sent": None if self.queue else format_datetime(self.at),
        }
        self.messages.append(row)
        return faults.json(row, 201)

    def list(self, asked: Asked) -> faults.Replied:
        given = dict(parse_qsl(asked.query))
        rows = [row for row in reversed(self.messages) if row["to"] == given["To"] and _sent_within(row, given)]
        place = int(given.get("Page", "0"))
        start, stop = place * self.page, (place + 1) * self.page
        further = {**given, "Page": str(place + 1), "PageToken": "PA1"}
        uri = f"{ROOT}/Messages.json?{urlencode(further)}" if stop < len(rows) else None
        return faults.json({"messages": rows[start:stop], "next_page_uri": uri, "page": place})

    def numbers(self, given: dict[str, str]) -> faults.Replied:
        known = [{"phone_number": NUMBER, "capabilities": {"sms": True}}] if given["PhoneNumber"] == NUMBER else []
        return faults.json({"incoming_phone_numbers": known})

    def look_up(self, phone: str) -> faults.Replied:
        valid = len(phone) == 12
        line = self.line if valid else None
        return faults.json({"phone_number": phone, "valid": valid, "line_type_intelligence": line})

    def later(self, **by: float) -> None:
        self.at = self.at + timedelta(**by)


def patience(fault: faults.Fault) -> float:
    """Seconds to wait for an answer: few only where none will ever come."""
    return 0.6 if isinstance(fault, faults.HangBefore | faults.HangAfter | faults.Drip) else 10.0


def error(status: int, code: int, message: str) -> faults.Replied:
    """A refusal in Twilio's words."""
    said = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return faults.json(said, status)


def moved(replied: faults.Replied, **changes: Any) -> faults.Replied:
    """The same answer with other top fields."""
    return replace(replied, body=orjson.dumps({**orjson.loads(replied.body), **changes}))


def _sent_within(row: dict[str, Any], given: dict[str, str]) -> bool:
    if "DateSent>" not in given:
        return True
    sent: date = (
        datetime.strptime(row["date_sent"], "%a, %d %b %Y %H:%M:%S %z").astimezone(UTC).date()
        if row["date_sent"]
        else date.min
    )
    return given["DateSent>"][:10] <= str(sent) <= given["DateSent<"][:10]


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
