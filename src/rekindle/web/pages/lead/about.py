"""What is known of a lead: the score and its reasons, addresses with their consent and its proof, where from."""

from dataclasses import dataclass
from typing import Any

from rekindle.consent.suppress import standing
from rekindle.decide.facts import Address
from rekindle.decide.words import Channel
from rekindle.kit.db import Conn, Row
from rekindle.office.keys import office_key
from rekindle.reports.lead import store
from rekindle.web.pages import times
from rekindle.web.pages.frame import Viewer
from rekindle.web.pages.render import Part, part
from rekindle.web.pages.times import Moment
from rekindle.web.pages.words import BASES, CAUSES, CHANNELS, KINDS, STAGES, phone, plain, word

UNSEEN = frozenset({"appointment_said"})  # when an appointment was told of: the order of news, nobody's fact
LONGEST_VALUE = 300


@dataclass(frozen=True)
class ScorePart:
    """One reason of the score."""

    text: str
    points: int


@dataclass(frozen=True)
class Score:
    """The score, the reasons that add up to it, and what would make it surer."""

    points: int
    temperature: str
    parts: tuple[ScorePart, ...]
    most: int
    missing: tuple[str, ...]
    confidence: str
    at: Moment
    version: str


@dataclass(frozen=True)
class Proof:
    """One piece of evidence behind a consent."""

    name: str
    value: str


@dataclass(frozen=True)
class Consent:
    """Where an address stands on one channel. `blocked` beats `granted`."""

    id: str
    channel: str
    granted: bool
    taken_back: bool
    blocked: str
    basis: str
    at: Moment | None
    proof: tuple[Proof, ...]


@dataclass(frozen=True)
class Point:
    """A contact point."""

    icon: str
    text: str
    href: str
    raw: str
    consents: tuple[Consent, ...]


@dataclass(frozen=True)
class Fact:
    """A thing the lead stated."""

    name: str
    value: str


@dataclass(frozen=True)
class Source:
    """Where the lead came from."""

    name: str
    at: Moment


@dataclass(frozen=True)
class View:
    """All of it."""

    score: Score | None
    points: tuple[Point, ...]
    facts: tuple[Fact, ...]
    enquiry: str
    enquired_at: Moment | None
    sources: tuple[Source, ...]
    response: str


async def build(viewer: Viewer, conn: Conn, row: Row) -> Part:
    """The piece."""
    office_id = viewer.who.office_id
    view = View(
        score=_score(viewer, row, await store.latest_signal(conn, office_id, row["id"], "score")),
        points=await _points(viewer, conn, row),
        facts=_facts(row),
        enquiry=row["enquiry"],
        enquired_at=times.maybe(row["enquired_at"], viewer.zone, viewer.at),
        sources=tuple(
            Source(plain(s["source"]), times.moment(s["seen_at"], viewer.zone, viewer.at))
            for s in await store.sources(conn, office_id, row["id"])
        ),
        response=times.response(row["first_response_seconds"]) if row["first_response_seconds"] is not None else "",
    )
    return part("parts/lead_about.html", view, url=f"/live/leads/{row['id']}/about", id="about", every="12s")


def _score(viewer: Viewer, row: Row, signal: Row | None) -> Score | None:
    if signal is None or row["score"] is None:
        return None
    value = signal["value"]
    parts = tuple(ScorePart(str(p.get("text") or p["name"]), int(p["points"])) for p in value.get("parts", ()))
    confidence = value.get("confidence")
    return Score(
        points=int(value["points"]),
        temperature=str(value["temperature"]),
        parts=tuple(p for p in parts if p.points) or parts,
        most=max((abs(p.points) for p in parts), default=1) or 1,
        missing=tuple(str(m).replace("_", " ") for m in value.get("missing", ())),
        confidence="" if confidence is None else f"{float(confidence):.0%}",
        at=times.moment(signal["at"], viewer.zone, viewer.at),
        version=signal["version"],
    )


async def _points(viewer: Viewer, conn: Conn, row: Row) -> tuple[Point, ...]:
    office_id = viewer.who.office_id
    found = await store.contact_points(conn, office_id, row["id"])
    values = [p["value"] for p in found]
    consents = await store.consents(conn, office_id, values)
    addresses = tuple(Address(Channel.SMS if p["kind"] == "phone" else Channel.EMAIL, p["value"]) for p in found)
    key = await office_key(conn, office_id, viewer.engine.keyring)
    blocked = {(s.channel.value, s.address): s.reason for s in await standing(conn, office_id, key, addresses)}
    return tuple(_point(viewer, p, consents, blocked) for p in found)


def _point(viewer: Viewer, point: Row, consents: list[Row], blocked: dict[tuple[str, str], str]) -> Point:
    texting = point["kind"] == "phone"
    main = "sms" if texting else "email"
    mine = {c["channel"]: c for c in consents if c["address"] == point["value"]}
    channels = dict.fromkeys([main, *mine])
    return Point(
        icon="sms" if texting else "email",
        text=phone(point["value"]) if texting else point["value"],
        href=f"tel:{point['value']}" if texting else f"mailto:{point['value']}",
        raw=point["raw"] if point["raw"] not in ("", point["value"], phone(point["value"])) else "",
        consents=tuple(
            _consent(viewer, channel, point["value"], mine.get(channel), blocked.get((channel, point["value"]), ""))
            for channel in channels
        ),
    )


def _consent(viewer: Viewer, channel: str, address: str, row: Row | None, blocked: str) -> Consent:
    return Consent(
        id=f"proof-{channel}-{''.join(c for c in address if c.isalnum())}",
        channel=word(CHANNELS, channel),
        granted=bool(row and row["granted"]),
        taken_back=bool(row and not row["granted"] and row["basis"] == "reply"),
        blocked=word(CAUSES, blocked) if blocked else "",
        basis=_basis(row) if row else "",
        at=times.moment(row["at"], viewer.zone, viewer.at) if row else None,
        proof=_proof(row["evidence"] if row else None),
    )


def _basis(row: Row) -> str:
    """What a yes rests on; a no that came with a form is nobody's signature."""
    signed = row["granted"] or row["basis"] in ("attested", "reply")
    return word(BASES, row["basis"]) if signed else "not given when asked last"


def _proof(evidence: Any) -> tuple[Proof, ...]:
    if not isinstance(evidence, dict):
        return ()
    return tuple(
        Proof(plain(str(name)), _text(value)) for name, value in evidence.items() if value not in (None, "", [], {})
    )


def _text(value: Any) -> str:
    return str(value)[:LONGEST_VALUE]


def _facts(row: Row) -> tuple[Fact, ...]:
    known = [("kind", word(KINDS, row["kind"])), ("stage", word(STAGES, row["stage"]))]
    known += [(name, row[name] or "") for name in ("street", "city", "state", "zip")]
    given = row["attributes"].items()
    known += [(plain(str(name)), _text(value)) for name, value in sorted(given) if name not in UNSEEN]
    known += [("not looked up", row["not_looked_up"] or "")]
    return tuple(Fact(name, value) for name, value in known if value)
