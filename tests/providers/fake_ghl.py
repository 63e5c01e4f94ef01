"""A stateful stand-in for HighLevel: its API as the descriptions have it, over real HTTP, and its webhooks.

`fake = FakeGhl(clock)`, then `async with faults.serving(fake.handle) as wire:` and REKINDLE_GHL_URL=wire.url. What a
person does there (`person_adds`, `person_writes`, `lead_writes`, ...) and what the API does becomes webhooks, which
wait in `fake.hooks` until the test delivers, drops, repeats or reorders them (fake_ghl_hooks.py).

Like the real one it keeps no key of ours, overwrites all tags when a body holds `tags`, takes a refresh token once,
and does not tell a repeated send from a new one.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from rekindle.kit.clock import Clock
from tests.providers import faults
from tests.providers.fake_ghl_hooks import Hooks
from tests.providers.faults import Asked, Replied

LOCATION = "lakesideLocation0001"
COMPANY = "agencyCompany0001"
CLIENT = ("client-1", "client-secret-1")
CONTACT_FIELDS = (
    "firstName", "lastName", "name", "email", "phone", "address1", "city", "state", "postalCode", "source",
    "assignedTo", "tags", "dnd",
)  # fmt: skip


class RefusedError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, message: object) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass
class FakeGhl:
    """One agency with one sub-account. `limit`: requests in ten seconds of the clock, None for no limit."""

    clock: Clock
    hooks: Hooks = field(default_factory=Hooks)
    limit: int | None = None
    private_tokens: set[str] = field(default_factory=lambda: {"pit-1"})
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    opportunities: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    emails: dict[str, dict[str, Any]] = field(default_factory=dict)
    appointments: list[dict[str, Any]] = field(default_factory=list)
    free: list[datetime] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)  # of an install: code -> Location or Company
    access: dict[str, datetime] = field(default_factory=dict)
    refresh: set[str] = field(default_factory=set)
    reconnects: bool = False
    refreshes: int = 0
    message_ids: bool = True  # the published example of a text's webhook has none
    export_email_text: bool = True
    _named: int = 0
    _calls: list[datetime] = field(default_factory=list)

    # ------------------------------------------------------------ what people do there

    def person_adds(self, **given: Any) -> dict[str, Any]:
        """A person, a form or an ad puts a contact into the CRM."""
        made = self._new_contact(given)
        self._tell("ContactCreate", self._of_contact(made))
        return made

    def person_changes(self, contact_id: str, **given: Any) -> dict[str, Any]:
        """A person edits a contact."""
        contact = self.contacts[contact_id]
        kind = {frozenset({"tags"}): "ContactTagUpdate", frozenset({"dndSettings"}): "ContactDndUpdate"}
        contact.update(given, dateUpdated=self.now())
        self._tell(kind.get(frozenset(given), "ContactUpdate"), self._of_contact(contact))
        return contact

    def person_deletes(self, contact_id: str) -> None:
        """A person deletes a contact."""
        self._tell("ContactDelete", self._of_contact(self.contacts.pop(contact_id)))

    def person_writes(self, contact_id: str, body: str, channel: str = "SMS") -> dict[str, Any]:
        """An agent writes to the contact in HighLevel's own inbox."""
        return self._message(contact_id, body, channel, "outbound", source="app", userId="user1")

    def lead_writes(self, contact_id: str, body: str, channel: str = "SMS", **more: Any) -> dict[str, Any]:
        """The contact answers."""
        return self._message(contact_id, body, channel, "inbound", **more)

    def grant(self, access: str = "access-0", refresh: str = "refresh-0", *, until: datetime | None = None) -> None:
        """Tokens as an install left them; `until` when the access token ends."""
        self.access[access] = until or datetime.max.replace(tzinfo=UTC)
        self.refresh.add(refresh)

    # ------------------------------------------------------------ the wire

    def handle(self, asked: Asked) -> Replied:
        """Answer one request."""
        parts = [part for part in asked.plain_path.split("/") if part]
        try:
            self._count()
            if parts[0] == "oauth":
                return self._json(self._oauth(parts, asked))
            self._let_in(asked, parts[0])
            status, said = self._route(parts, asked)
            return self._json(said, status)
        except RefusedError as error:
            return self._json(
                {"statusCode": error.status, "message": error.message, "traceId": f"trace-{len(self._calls)}"},
                error.status,
            )

    def now(self) -> str:
        return stamp(self.clock.now())

    def _json(self, said: object, status: int = 200) -> Replied:
        recent = self._recent()
        limits = {
            "X-RateLimit-Max": str(self.limit or 100),
            "X-RateLimit-Remaining": str(max((self.limit or 100) - recent, 0)),
            "X-RateLimit-Interval-Milliseconds": "10000",
            "X-RateLimit-Limit-Daily": "200000",
            "X-RateLimit-Daily-Remaining": str(200_000 - len(self._calls)),
        }
        return faults.json(said, status, limits)

    def _count(self) -> None:
        self._calls.append(self.clock.now())
        if self.limit is not None and self._recent() > self.limit:
            raise RefusedError(429, "Too many requests")

    def _recent(self) -> int:
        return len(self._calls) - bisect_right(self._calls, self.clock.now() - timedelta(seconds=10))

    def _let_in(self, asked: Asked, product: str) -> None:
        wanted = "2021-07-28" if product == "locations" else "v3"
        if asked.headers.get("version") != wanted:
            raise RefusedError(400, "version header is invalid")
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.private_tokens and self.access.get(token, self.clock.now()) <= self.clock.now():
            raise RefusedError(401, "Invalid JWT")

    def _oauth(self, parts: list[str], asked: Asked) -> dict[str, Any]:
        form = asked.form()
        if parts[1] == "reconnect":
            if not self.reconnects or (form["clientKey"], form["clientSecret"]) != CLIENT:
                raise RefusedError(400, "the app is not installed")
            self.codes["reconnected"] = "Location"
            return {"authorizationCode": "reconnected"}
        if parts[1] == "location-token":
            if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.access:
                raise RefusedError(401, "Invalid JWT")
            return self._pair("Location")
        if (form["clientId"], form["clientSecret"]) != CLIENT:
            raise RefusedError(401, "Invalid client credentials!")
        if form["grantType"] == "authorization_code":
            if form.get("code") not in self.codes:
                raise RefusedError(400, "Invalid grant: authorization code is invalid")
            return self._pair(self.codes.pop(form["code"]))
        self.refreshes += 1
        if form.get("refreshToken") not in self.refresh:
            raise RefusedError(400, "Invalid grant: refresh token is invalid")
        self.refresh.discard(form["refreshToken"])
        return self._pair("Location")

    def _pair(self, kind: str) -> dict[str, Any]:
        access, refresh = self._id("access"), self._id("refresh")
        self.grant(access, refresh)
        where = {"locationId": LOCATION} if kind == "Location" else {"approvedLocations": [LOCATION]}
        return {
            "accessToken": access,
            "tokenType": "Bearer",
            "expiresIn": 86399,
            "refreshToken": refresh,
            "scope": "contacts.readonly",
            "userType": kind,
            "companyId": COMPANY,
            "userId": "user1",
            **where,
        }

    def _route(self, parts: list[str], asked: Asked) -> tuple[int, dict[str, Any]]:
        match [asked.method, *parts]:
            case ["GET", "locations", name]:
                return 200, {"location": self._location(name)}
            case [_, "contacts", *rest]:
                return self._of_contacts(rest, asked)
            case [_, "opportunities", *rest]:
                return self._deal(rest, asked)
            case [_, "conversations", "messages", *rest]:
                return self._conversation(rest, asked)
            case [_, "calendars", *rest]:
                return self._calendar(rest, asked)
        raise RefusedError(404, f"Cannot {asked.method} {asked.plain_path}")

    def _of_contacts(self, rest: list[str], asked: Asked) -> tuple[int, dict[str, Any]]:  # noqa: PLR0911 a table
        match [asked.method, *rest]:
            case ["GET", "search", "duplicate"]:
                return 200, {"contact": self._duplicate(asked)}
            case ["POST", "search"]:
                return 200, self._search(_body(asked))
            case ["POST", "upsert"]:
                return self._upsert(_body(asked))
            case ["GET", name]:
                return 200, {"contact": self._contact(name)}
            case ["PUT", name]:
                return 200, {"succeeded": True, "contact": self._change(self._contact(name), _body(asked))}
            case [method, name, "tags"]:
                return self._tags(method, self._contact(name), _body(asked))
            case [method, name, "notes"]:
                return self._noted(method, self._contact(name), asked)
        raise RefusedError(404, f"Cannot {asked.method} {asked.plain_path}")

    def _location(self, name: str) -> dict[str, Any]:
        if name != LOCATION:
            raise RefusedError(400, "Location not found")
        return {"id": LOCATION, "companyId": COMPANY, "name": "Lakeside Team", "timezone": "America/Chicago"}

    # ------------------------------------------------------------ contacts

    def _contact(self, name: str) -> dict[str, Any]:
        if name not in self.contacts:
            raise RefusedError(400, f"Contact with id {name} not found")
        return self.contacts[name]

    def _duplicate(self, asked: Asked) -> dict[str, Any] | None:
        asks = {name: values[0] for name, values in asked.params().items()}
        return self._same(asks.get("email"), asks.get("number"))

    def _same(self, email: str | None, phone: str | None) -> dict[str, Any] | None:
        by_email = [c for c in self.contacts.values() if email and c.get("email", "").lower() == email.lower()]
        by_phone = [c for c in self.contacts.values() if phone and c.get("phone") == phone]
        return next(iter(by_email + by_phone), None)

    def _new_contact(self, given: dict[str, Any]) -> dict[str, Any]:
        made = {
            "id": self._id("contact"),
            "locationId": LOCATION,
            "dnd": False,
            "dndSettings": {},
            "customFields": [],
            "dateAdded": self.now(),
            "dateUpdated": self.now(),
            **given,
            "tags": [tag.lower() for tag in given.get("tags", [])],
        }
        self.contacts[made["id"]] = made
        return made

    def _upsert(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        there = self._same(body.get("email"), body.get("phone"))
        if there is not None:
            return 200, {"new": False, "contact": self._change(there, body), "succeded": True}
        made = self._new_contact({})
        self._write(made, body)
        self._tell("ContactCreate", self._of_contact(made))
        return 201, {"new": True, "contact": made, "succeded": True}

    def _change(self, contact: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        self._write(contact, body)
        self._tell("ContactUpdate", self._of_contact(contact))
        return contact

    def _write(self, contact: dict[str, Any], body: dict[str, Any]) -> None:
        custom = {row["id"]: row["value"] for row in contact["customFields"]}
        custom |= {row["id"]: row["fieldValue"] for row in body.get("customFields", [])}
        contact.update({name: body[name] for name in CONTACT_FIELDS if name in body})
        contact["customFields"] = [{"id": name, "value": value} for name, value in custom.items()]
        contact["dndSettings"] = body.get("dndSettings", contact["dndSettings"])
        contact["dateUpdated"] = self.now()

    def _tags(self, method: str, contact: dict[str, Any], body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        told = [tag.lower() for tag in body["tags"]]
        kept = [tag for tag in contact["tags"] if method == "POST" or tag not in told]
        contact["tags"] = list(dict.fromkeys([*kept, *(told if method == "POST" else [])]))
        contact["dateUpdated"] = self.now()
        self._tell("ContactTagUpdate", self._of_contact(contact))
        return (201 if method == "POST" else 200), {"tags": contact["tags"]}

    def _noted(self, method: str, contact: dict[str, Any], asked: Asked) -> tuple[int, dict[str, Any]]:
        kept = self.notes.setdefault(contact["id"], [])
        if method == "GET":
            return 200, {"notes": kept}
        kept.append({"id": self._id("note"), "contactId": contact["id"], "body": _body(asked)["body"]})
        self._tell("NoteCreate", kept[-1])
        return 201, {"note": kept[-1]}

    def _search(self, body: dict[str, Any]) -> dict[str, Any]:
        rows = sorted(self.contacts.values(), key=lambda row: (row["dateUpdated"], row["id"]))
        for wanted in body.get("filters", []):
            rows = [row for row in rows if row[wanted["field"]] >= wanted["value"]["gte"]]
        total = len(rows)
        if after := body.get("searchAfter"):
            rows = [row for row in rows if [row["dateUpdated"], row["id"]] > after]
        page = rows[: body["pageLimit"]]
        return {"total": total, "contacts": [{**row, "searchAfter": [row["dateUpdated"], row["id"]]} for row in page]}

    def _of_contact(self, contact: dict[str, Any]) -> dict[str, Any]:
        told = {name: contact[name] for name in ("id", *CONTACT_FIELDS, "dateAdded", "customFields") if name in contact}
        settings = {{"sms": "SMS", "email": "Email"}.get(n, n): said for n, said in contact["dndSettings"].items()}
        return {**told, "dndSettings": settings}

    # ------------------------------------------------------------ opportunities

    def _deal(self, rest: list[str], asked: Asked) -> tuple[int, dict[str, Any]]:
        if asked.method == "GET" and rest == ["search"]:
            asks = {name: values[0] for name, values in asked.params().items()}
            wanted = {name: asks[name] for name in ("contactId", "pipelineId") if name in asks}
            rows = [o for o in self.opportunities.values() if all(o[name] == value for name, value in wanted.items())]
            return 200, {"opportunities": rows, "meta": {"total": len(rows)}}
        if asked.method == "POST":
            body = _body(asked)
            if any(o["contactId"] == body["contactId"] and o["status"] == "open" for o in self.opportunities.values()):
                raise RefusedError(400, "Can not create duplicate opportunity for the contact.")
            made = {"id": self._id("opportunity"), **body}
            self.opportunities[made["id"]] = made
            self._tell("OpportunityCreate", made)
            return 201, {"opportunity": made}
        if asked.method == "PUT" and rest and rest[0] in self.opportunities:
            self.opportunities[rest[0]].update(_body(asked))
            self._tell("OpportunityStageUpdate", self.opportunities[rest[0]])
            return 200, {"opportunity": self.opportunities[rest[0]]}
        raise RefusedError(400, "The opportunity does not exist")

    # ------------------------------------------------------------ conversations

    def _conversation(self, rest: list[str], asked: Asked) -> tuple[int, dict[str, Any]]:
        match [asked.method, *rest]:
            case ["GET", "export"]:
                return 200, self._export({name: values[0] for name, values in asked.params().items()})
            case ["GET", "email", name] if name in self.emails:
                return 200, self.emails[name]
            case ["POST"]:
                return 200, self._send(_body(asked))
        raise RefusedError(404, "Not found")

    def _send(self, body: dict[str, Any]) -> dict[str, Any]:
        contact = self._contact(body["contactId"])
        channel = body["type"]
        if contact["dnd"] or contact["dndSettings"].get(channel.lower(), {}).get("status") == "active":
            raise RefusedError(400, f"Cannot send message as DND is active for {channel}.")
        if channel == "SMS" and not contact.get("phone"):
            raise RefusedError(400, "Missing phone number")
        text = body.get("html") or body["message"]
        more = {name: body[name] for name in ("subject", "emailTo", "toNumber") if name in body}
        sent = self._message(contact["id"], text, channel, "outbound", source="api", **more)
        return {"conversationId": sent["conversationId"], "messageId": sent["id"], "status": "pending"}

    def _message(self, contact_id: str, body: str, channel: str, direction: str, **more: Any) -> dict[str, Any]:
        email = channel == "Email"
        made = {
            "id": self._id("message"),
            "type": 3 if email else 2,
            "messageType": "TYPE_EMAIL" if email else "TYPE_SMS",
            "locationId": LOCATION,
            "contactId": contact_id,
            "conversationId": f"conversation-{contact_id}",
            "dateAdded": self.now(),
            "body": body,
            "direction": direction,
            "status": "sent" if direction == "outbound" else "delivered",
            "contentType": "text/html" if email else "text/plain",
            **more,
        }
        if email:
            name = self._id("email")
            ours, theirs = "team@lakeside.example", self.contacts[contact_id].get("email", "")
            ends = (theirs, [ours]) if direction == "inbound" else (ours, [theirs])
            self.emails[name] = {**made, "id": name, "threadId": name, "from": ends[0], "to": ends[1]}
            made["meta"] = {"email": {"messageIds": [name]}}
        self.messages.append(made)
        told = {name: value for name, value in made.items() if name not in {"id", "type", "meta"}}
        told |= {"messageType": channel, "attachments": []}
        if self.message_ids:
            told["messageId"] = made["id"]
        if email:
            told |= {"emailMessageId": name, "threadId": name, "from": ends[0], "to": ends[1]}
        self._tell("InboundMessage" if direction == "inbound" else "OutboundMessage", told)
        return made

    def _export(self, asks: dict[str, str]) -> dict[str, Any]:
        email = asks.get("channel") == "Email"
        rows = [
            row
            for row in self.messages
            if (row["messageType"] == "TYPE_EMAIL") == email
            and row["contactId"] == asks.get("contactId", row["contactId"])
            and row["dateAdded"] >= asks.get("startDate", "")
        ]
        place = asks.get("cursor", "0")
        if not place.isdigit():
            raise RefusedError(422, "cursor is none of ours")
        begin, size = int(place), int(asks.get("limit", "100"))
        page = [dict(row) for row in rows[begin : begin + size]]
        if email and not self.export_email_text:
            for row in page:
                row.pop("body")
        more = str(begin + size) if begin + size < len(rows) else None
        return {"messages": page, "nextCursor": more, "total": len(rows)}

    # ------------------------------------------------------------ calendars

    def _calendar(self, rest: list[str], asked: Asked) -> tuple[int, dict[str, Any]]:
        asks = {name: values[0] for name, values in asked.params().items()}
        match [asked.method, *rest]:
            case ["GET", "events"]:
                begin, end = (datetime.fromtimestamp(int(asks[n]) / 1000, UTC) for n in ("startTime", "endTime"))
                return 200, {"events": [a for a in self.appointments if begin <= _at(a) < end]}
            case ["POST", "events", "appointments"]:
                return 200, self._book(_body(asked))
            case ["GET", "calendar1"]:
                return 200, {"calendar": {"id": "calendar1", "name": "Showings", "slotDuration": 45}}
            case ["GET", "calendar1", "free-slots"]:
                days: dict[str, Any] = {}
                for slot in sorted(self.free):
                    days.setdefault(slot.date().isoformat(), {"slots": []})["slots"].append(slot.isoformat())
                return 200, {**days, "traceId": "trace-slots"}
        raise RefusedError(404, "calendar not found")

    def _book(self, body: dict[str, Any]) -> dict[str, Any]:
        begin = datetime.fromisoformat(body["startTime"])
        if begin not in self.free:
            raise RefusedError(400, "The slot you have selected is no longer available.")
        self.free.remove(begin)
        made = {"id": self._id("appointment"), **body, "dateAdded": self.now(), "dateUpdated": self.now()}
        self.appointments.append(made)
        self._tell("AppointmentCreate", {"appointment": made})
        return made

    def _tell(self, kind: str, said: dict[str, Any]) -> None:
        self.hooks.add(kind, {"locationId": LOCATION, **said}, self.clock.now())

    def _id(self, kind: str) -> str:
        self._named += 1
        return f"{kind}{self._named:016d}"


def stamp(at: datetime) -> str:
    """A moment as HighLevel writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def _body(asked: Asked) -> dict[str, Any]:
    read = orjson.loads(asked.body)
    assert isinstance(read, dict)
    return read


def _at(appointment: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(appointment["startTime"])
