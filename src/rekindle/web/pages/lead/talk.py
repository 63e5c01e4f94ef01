"""The conversation with a lead and the story around it, and the box to write in."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from rekindle.kit.db import Conn, Row
from rekindle.kit.ids import new_id
from rekindle.reports.lead import store
from rekindle.timeline import store as timeline
from rekindle.web.pages import mail, times
from rekindle.web.pages.frame import Viewer
from rekindle.web.pages.render import Part, part
from rekindle.web.pages.story.said import Context
from rekindle.web.pages.story.tell import StoryLine, tell
from rekindle.web.pages.times import Moment
from rekindle.web.pages.words import CHANNELS, STATES, first_name_of, word

MOST_LINES: Final = 150
MOST_MESSAGES: Final = 80


@dataclass(frozen=True)
class Bubble:
    """One message as both sides saw it."""

    id: str
    theirs: bool
    channel: str
    subject: str
    body: str
    rest: str
    at: Moment
    day: str
    icon: str
    tone: str
    state: str
    state_code: str
    by: str
    error: str


@dataclass(frozen=True)
class Talk:
    """What stands under the tabs."""

    showing: str
    bubbles: tuple[Bubble, ...]
    lines: tuple[StoryLine, ...]
    first_name: str


@dataclass(frozen=True)
class Choice:
    """A channel one could write on."""

    value: str
    name: str


@dataclass(frozen=True)
class Composer:
    """The box to write in. `key` makes a second click of the same button the same message."""

    lead_id: str
    key: str
    choices: tuple[Choice, ...]
    subject: str
    hint: str


async def build(viewer: Viewer, conn: Conn, row: Row, *, showing: str) -> Part:
    """The conversation, or the story."""
    office_id = viewer.who.office_id
    ids = await store.all_ids(conn, office_id, row["id"])
    messages = await store.messages(conn, office_id, ids, limit=MOST_MESSAGES)
    lines: tuple[StoryLine, ...] = ()
    if showing == "story":
        entries = await timeline.of_lead(conn, office_id, ids, limit=MOST_LINES)
        lines = tell(entries, await _context(viewer, conn, ids, messages))
    view = Talk(
        showing=showing,
        bubbles=_bubbles(viewer, messages) if showing == "talk" else (),
        lines=lines,
        first_name=first_name_of(row),
    )
    url = f"/live/leads/{row['id']}/talk?view={showing}"
    return part("parts/lead_talk.html", view, url=url, id="talk", every="4s")


async def _context(viewer: Viewer, conn: Conn, ids: list[UUID], messages: list[Row]) -> Context:
    bodies = {}
    for message in messages:
        text = (message["subject"] or "", mail.parts(message["body"]).said)
        bodies[str(message["id"])] = text
        if message["event_id"] and message["direction"] == "in":
            bodies[str(message["event_id"])] = text
    names = await store.people_names(conn, viewer.who.office_id)
    reasons = await store.reasons(conn, viewer.who.office_id, ids, limit=MOST_LINES)
    return Context(names=names, bodies=bodies, reasons=reasons, zone=viewer.zone, at=viewer.at)


def _bubbles(viewer: Viewer, messages: list[Row]) -> tuple[Bubble, ...]:
    made, last_day = [], ""
    for message in messages:
        bubble = _bubble(viewer, message, last_day)
        last_day = bubble.day or last_day
        made.append(bubble)
    return tuple(made)


def _bubble(viewer: Viewer, message: Row, last_day: str) -> Bubble:
    when = message["accepted_at"] or (
        message["due_at"] if message["state"] == "planned" and message["due_at"] else message["created_at"]
    )
    day = times.day_name(when, viewer.zone, viewer.at)
    theirs = message["direction"] == "in"
    written = mail.parts(message["body"])
    icon, tone, state = STATES[message["state"]]
    return Bubble(
        id=f"message-{message['id']}",
        theirs=theirs,
        channel=word(CHANNELS, message["channel"]),
        subject=message["subject"] or "",
        body=written.said,
        rest=written.rest,
        at=times.clock(when, viewer.zone, viewer.at),
        day=day if day != last_day else "",
        icon=icon,
        tone=tone,
        state="" if theirs else state,
        state_code=message["state"],
        by="" if theirs else (message["actor"] or message["step"] or "automation"),
        error=message["error_text"] or message["error_code"] or "",
    )


async def composer(viewer: Viewer, conn: Conn, row: Row) -> Composer:
    """The box, with every channel the lead has an address for; the one last used comes first."""
    points = await store.contact_points(conn, viewer.who.office_id, row["id"])
    kinds = {p["kind"] for p in points}
    choices = tuple(c for c, kind in (("sms", "phone"), ("email", "email")) if kind in kinds)
    last = await store.last_message(conn, viewer.who.office_id, row["id"])
    if last is not None and last["channel"] in choices:
        choices = (last["channel"], *(c for c in choices if c != last["channel"]))
    subject = (last["subject"] or "") if last else ""
    silent = row["conversation"] == "person" or await store.open_handoff(conn, viewer.who.office_id, row["id"])
    hint = (
        ""
        if silent or row["next_touch_at"] is None
        else "Automation is still on; take over to keep it silent while you speak."
    )
    return Composer(
        lead_id=str(row["id"]),
        key=str(new_id()),
        choices=tuple(Choice(c, {"sms": "Text", "email": "E-mail"}[c]) for c in choices),
        subject=subject if subject.lower().startswith("re:") or not subject else f"Re: {subject}",
        hint=hint,
    )
