"""Rows of one office, written straight into the tables: screens must cope with whatever the tables can hold."""

import itertools
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from rekindle.kit.ids import new_id
from rekindle.timeline.types import Kind

PLACES = (
    ("Chicago", "IL", "60614", "312"),
    ("Boulder", "CO", "80302", "303"),
    ("Tampa", "FL", "33602", "813"),
    ("Fresno", "CA", "93701", "559"),
)
CONSENT_TEXT = "I agree to receive texts from Lakeside Realty about my search. Reply STOP to opt out."
SCORE_PARTS = (
    ("recency", 25, "Wrote to us today"),
    ("budget", 15, "Named a budget"),
    ("kind", 10, "Wants to buy"),
    ("phone", 8, "Gave a phone number"),
    ("question", 12, "Asked about one property"),
)


class Rows:
    """Writes rows; every time is so many minutes before `at`."""

    def __init__(self, conn: psycopg.Connection[Any], office: UUID, at: datetime) -> None:
        self.conn, self.office, self.at = conn, office, at
        self.numbers = itertools.count(100)
        self.leads: dict[str, UUID] = {}
        self.sent: list[tuple[str, str, str]] = []  # key, address and body of each text that left

    def ago(self, minutes: float) -> datetime:
        return self.at - timedelta(minutes=minutes)

    def insert(self, table: str, **values: Any) -> None:
        plain = [Jsonb(v) if isinstance(v, dict | list) else v for v in values.values()]
        marks = ", ".join(["%s"] * (len(values) + 1))
        self.conn.execute(
            f"insert into {table} ({', '.join(['office_id', *values])}) values ({marks})", [self.office, *plain]
        )

    def address(self, lead: UUID, channel: str) -> str:
        kind = "phone" if channel == "sms" else "email"
        found = self.conn.execute("select value from contact_point where lead_id = %s and kind = %s", (lead, kind))
        return str(found.fetchone()["value"])  # type: ignore[index]

    def told(self, lead: UUID, kind: Kind, data: dict[str, Any], minutes: float, actor: str = "engine") -> None:
        self.insert(
            "timeline", id=new_id(), at=self.ago(minutes), lead_id=lead, kind=kind.value, actor=actor, data=data
        )

    def lead(self, name: str, *, minutes: float, **given: Any) -> UUID:
        """A lead who asked so long ago, with a phone and an e-mail address."""
        made, arrived = new_id(), self.ago(minutes)
        first, _, last = name.partition(" ")
        city, state, zip_code, area = PLACES[len(self.leads) % len(PLACES)]
        number = f"+1{area}5550{next(self.numbers)}"
        mailbox = f"{''.join(c for c in name.lower() if c.isalpha())}{number[-3:]}@mail.example"
        columns = {
            "kind": "buyer",
            "stage": "new",
            "source": "form",
            "city": city,
            "state": state,
            "zip": zip_code,
            "attributes": {"budget": "400k to 450k", "bedrooms": "3"},
            "enquiry": "Is the house on Elm Street still available?",
            "enquired_at": arrived,
            "created_at": arrived,
            "updated_at": arrived,
        } | given
        self.insert("lead", id=made, name=name, first_name=first, last_name=last, **columns)
        for kind, value, raw in (("phone", number, f"{area}.555.0{number[-3:]}"), ("email", mailbox, "")):
            self.insert("contact_point", kind=kind, value=value, lead_id=made, raw=raw, created_at=arrived)
        self.insert("lead_source", lead_id=made, source=columns["source"], external_id=str(made), seen_at=arrived)
        self.told(made, Kind.CREATED, {"source": columns["source"]}, minutes)
        self.told(made, Kind.ENQUIRED, {"source": columns["source"], "message": columns["enquiry"]}, minutes)
        self.leads.setdefault(name, made)
        return made

    def consent(
        self, lead: UUID, channel: str, *, minutes: float, granted: bool = True, basis: str = "written"
    ) -> None:
        made, at, address = new_id(), self.ago(minutes), self.address(lead, channel)
        evidence = {"text": CONSENT_TEXT, "url": "https://lakeside.example/elm-street", "ip": "203.0.113.24"}
        about = {"channel": channel, "basis": basis, "address": address}
        act = "grant" if granted else "revoke"
        self.insert("consent_event", id=made, at=at, act=act, lead_id=lead, evidence=evidence, **about)
        self.insert("consent_state", granted=granted, at=at, consent_id=made, evidence_hash=b"x", **about)
        self.told(lead, Kind.CONSENT_GRANTED if granted else Kind.CONSENT_REVOKED, about, minutes)

    def score(self, lead: UUID, points: int, *, minutes: float) -> None:
        temperature = "hot" if points >= 70 else "warm" if points >= 40 else "cold"
        parts, left = [], points
        for name, most, text in (*SCORE_PARTS, ("reach", 100, "Reachable on two channels")):
            worth = min(most, left)
            left -= worth
            parts.append({"name": name, "points": worth, "text": text})
        value = {
            "points": points,
            "temperature": temperature,
            "confidence": 0.72,
            "parts": parts,
            "missing": ["timeframe", "financing"],
        }
        about = {"kind": "score", "value": value, "source": "scorecard", "version": "1"}
        self.insert("signal", id=new_id(), lead_id=lead, at=self.ago(minutes), **about)
        self.conn.execute("update lead set score = %s, temperature = %s where id = %s", (points, temperature, lead))
        self.told(lead, Kind.SCORED, {"points": points, "before": None, "temperature": temperature}, minutes)

    def decision(
        self,
        lead: UUID,
        kind: str,
        verdict: str,
        text: str,
        *,
        minutes: float,
        code: str = "QUIET_HOURS",
        until: datetime | None = None,
    ) -> None:
        made, ends = new_id(), until.isoformat() if until else None
        reasons = [
            {"gate": "suppression", "verdict": "allow", "code": "OPEN", "text": "No block stands on this number."},
            {"gate": "hours", "verdict": verdict, "code": code, "text": text, "until": ends},
        ]
        facts = {"lead_id": str(lead), "kind": "buyer"}
        about = {"lead_id": lead, "phase": "decide", "kind": kind, "verdict": verdict, "until": until}
        more = {"reasons": reasons, "facts": facts, "draw": 0.42, "policy": "2026-11-01", "code": code}
        self.insert("decision", id=made, at=self.ago(minutes), **about, **more)
        line = {"decision_id": str(made), "kind": kind, "verdict": verdict, "code": code, "text": text}
        self.told(lead, Kind.DECIDED, line | ({"until": ends} if ends else {}), minutes)

    def message(self, lead: UUID, body: str, *, minutes: float, inbound: bool = False) -> None:
        made, at, address = new_id(), self.ago(minutes), self.address(lead, "sms")
        about = {"id": made, "lead_id": lead, "channel": "sms", "address": address, "lane": 0, "created_at": at}
        about |= {"body": body, "class": "inquiry_response"}
        if inbound:
            self.insert("message", direction="in", state="received", **about)
            line = {"message_id": str(made), "channel": "sms", "intent": "interested_now"}
            self.told(lead, Kind.REPLIED, line, minutes, "lead")
        else:
            key = f"seed:{made}"
            self.sent.append((key, address, body))
            more = {"step": "new-buyer/hello", "key": key, "accepted_at": at, "due_at": at}
            self.insert("message", direction="out", state="delivered", **about, **more)
            self.told(lead, Kind.LEFT, {"message_id": str(made), "channel": "sms", "provider": "sandbox"}, minutes)
        column = "last_inbound_at" if inbound else "last_outbound_at"
        self.conn.execute(f"update lead set {column} = %s where id = %s", (at, lead))

    def handoff(
        self, lead: UUID, cause: str, summary: str, person: UUID | None, *, minutes: float, **more: Any
    ) -> None:
        about = {"lead_id": lead, "cause": cause, "summary": summary, "person_id": person}
        self.insert("handoff", id=new_id(), opened_at=self.ago(minutes), **about, **more)
        self.told(lead, Kind.HANDED_OFF, {"cause": cause, "summary": summary}, minutes)
