"""The head of a lead's page: who it is, who speaks with them, what comes next and why, and what one can do."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from rekindle.decide import contact_law
from rekindle.kit.db import Conn, Row
from rekindle.office import people
from rekindle.office.types import Role
from rekindle.policy.load import active
from rekindle.reports.lead import store
from rekindle.sequences import versions
from rekindle.web.pages import times, why
from rekindle.web.pages.frame import Viewer
from rekindle.web.pages.render import Part, part
from rekindle.web.pages.times import Moment
from rekindle.web.pages.why import Line
from rekindle.web.pages.words import (
    CAUSES,
    CHANNELS,
    INTENTS,
    KINDS,
    NOBODY,
    STAGES,
    first_name_of,
    name_of,
    plain,
    word,
)

PAUSES = ((1, "until tomorrow"), (3, "for 3 days"), (7, "for a week"), (30, "for 30 days"))


@dataclass(frozen=True)
class Next:
    """What will happen next without anybody doing anything, and the lines that say why."""

    text: str
    at: Moment | None
    left: str
    why: tuple[Line, ...]
    decided_at: Moment | None


@dataclass(frozen=True)
class Colleague:
    """Somebody the lead can be assigned to."""

    id: str
    name: str


@dataclass(frozen=True)
class View:
    """The head."""

    id: str
    name: str
    first_name: str
    line: str
    temperature: str
    score: int | None
    intent: str
    local: str
    owner: str
    owner_id: str
    person_speaks: bool
    mine: bool
    asked_since: str
    asked_cause: str
    asked_summary: str
    asked_of: str
    asked_open: bool
    paused_until: Moment | None
    next: Next
    planned: int
    colleagues: tuple[Colleague, ...]
    pauses: tuple[tuple[int, str], ...]


async def build(viewer: Viewer, conn: Conn, row: Row) -> Part:
    """The piece."""
    office_id, at = viewer.who.office_id, viewer.at
    handoff = await store.open_handoff(conn, office_id, row["id"])
    planned = await store.planned(conn, office_id, row["id"])
    manages = viewer.who.role.rank >= Role.MANAGER.rank
    everybody = await people.everybody(conn, office_id) if manages else []
    paused = row["paused_until"] if row["paused_until"] and row["paused_until"] > at else None
    view = View(
        id=str(row["id"]),
        name=name_of(row),
        first_name=first_name_of(row),
        line=_line(row),
        temperature=row["temperature"] or "",
        score=row["score"],
        intent=INTENTS.get(row["intent"] or "", ""),
        local=await _local(viewer, conn, row),
        owner=row["owner"] or "",
        owner_id=str(row["owner_id"] or ""),
        person_speaks=row["conversation"] == "person",
        mine=row["owner_id"] == viewer.who.person_id,
        asked_since=times.ago(handoff["opened_at"], at) if handoff else "",
        asked_cause=word(CAUSES, handoff["cause"]) if handoff else "",
        asked_summary=handoff["summary"] if handoff else "",
        asked_of=(handoff["person"] or NOBODY) if handoff else "",
        asked_open=bool(handoff and handoff["acknowledged_at"] is None),
        paused_until=times.maybe(paused, viewer.zone, at),
        next=await _next(viewer, conn, row, planned=planned, asked=handoff is not None),
        planned=planned,
        colleagues=tuple(Colleague(str(p.id), p.name) for p in everybody),
        pauses=PAUSES,
    )
    return part("parts/lead_who.html", view, url=f"/live/leads/{row['id']}/who", id="who", every="4s")


def _line(row: Row) -> str:
    kind = "" if row["kind"] == "unknown" else word(KINDS, row["kind"])
    place = ", ".join(p for p in (row["city"], row["state"]) if p)
    return " · ".join(p for p in (kind, word(STAGES, row["stage"]), place, "from " + plain(row["source"])) if p)


async def _local(viewer: Viewer, conn: Conn, row: Row) -> str:
    """The lead's own time, as far as anybody can know it; empty when it is the office's."""
    points = await store.contact_points(conn, viewer.who.office_id, row["id"])
    number = next((p["value"] for p in points if p["kind"] == "phone"), None)
    law = contact_law.whereabouts(active(viewer.at), phone=number, state=row["state"], zip_code=row["zip"])
    clocks = sorted({f"{viewer.at.astimezone(ZoneInfo(zone)):%H:%M}" for zone in law.zones})
    if not clocks or (len(clocks) == 1 and clocks[0] == f"{viewer.at.astimezone(viewer.zone):%H:%M}"):
        return ""
    return clocks[0] if len(clocks) == 1 else f"{clocks[0]} to {clocks[-1]}"


async def _next(viewer: Viewer, conn: Conn, row: Row, *, planned: int, asked: bool) -> Next:
    office_id, zone, at = viewer.who.office_id, viewer.zone, viewer.at
    decision = await store.latest_decision(conn, office_id, row["id"])
    reasons = why.lines(decision["reasons"], zone, at) if decision else ()
    decided = times.moment(decision["at"], zone, at) if decision else None
    when = row["next_touch_at"]
    if row["conversation"] == "person":
        return Next("Nothing is sent automatically: a person speaks.", None, "", (), None)
    if asked:
        return Next("Nothing is sent automatically: a person is asked for.", None, "", reasons, decided)
    if planned:
        return Next("A message is leaving now.", None, "", reasons, decided)
    walks = await store.enrollments(conn, office_id, row["id"])
    if not walks and when is None:
        return Next("Nothing is planned.", None, "", reasons, decided)
    when = when or walks[0]["wake_at"]
    soonest = walks[0] if walks else None
    left = times.until(when, at) if when - at > timedelta(seconds=1) else "due now"
    return Next(await _step_text(viewer, conn, soonest), times.moment(when, zone, at), left, reasons, decided)


async def _step_text(viewer: Viewer, conn: Conn, walk: Row | None) -> str:
    if walk is None:
        return "The lead is looked at again"
    version = (await versions.by_ids(conn, viewer.who.office_id, {walk["version_id"]}))[walk["version_id"]]
    steps = version.definition.steps
    channels = dict.fromkeys(word(CHANNELS, option.channel.value) for option in steps[walk["step"]].options)
    return f"{' or '.join(channels).capitalize()}, step {walk['step'] + 1} of {len(steps)} of {plain(walk['sequence'])}"
