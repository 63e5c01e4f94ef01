"""Today: who needs a person now, what waits for hours, what went out, how fast we were, what is stuck."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from rekindle.kit.db import Conn, Row
from rekindle.office.types import Role
from rekindle.reports.today import store
from rekindle.web.pages import mail, times, why
from rekindle.web.pages.frame import Viewer, Who, frame, waiting_part
from rekindle.web.pages.render import Part, fragment, page, part
from rekindle.web.pages.times import Moment
from rekindle.web.pages.words import CAUSES, NOTICES, counted, name_of, word
from rekindle.web.session import visible_owner

router = APIRouter()

MOST_NEEDS = 30
MOST_WAITING = 6
DEAD_AFTER = timedelta(seconds=30)  # a worker beats every five seconds
RESPONSE_DAYS = 7
SLICES = ("< 5 s", "15 s", "30 s", "1 min", "5 min", "> 5 min")
SIXTY_SECONDS = 4  # the slices before this one kept the promise of one minute


@dataclass(frozen=True)
class Need:
    """A lead who waits for a person, or is with one. `mine`: offered to the viewer, or with them."""

    id: str
    lead_id: str
    name: str
    cause: str
    said: str
    summary: str
    since: Moment
    ago: str
    temperature: str
    score: int | None
    whose: str
    mine: bool


@dataclass(frozen=True)
class Told:
    """A notice."""

    id: str
    icon: str
    text: str
    lead_id: str
    lead: str
    count: int
    at: Moment


@dataclass(frozen=True)
class Waiting:
    """A touch that is held."""

    lead_id: str
    name: str
    until: Moment
    left: str
    reason: str


@dataclass(frozen=True)
class Column:
    """One column of the histogram."""

    name: str
    number: int
    main: bool


@dataclass(frozen=True)
class Problem:
    """Something a person must mend."""

    text: str
    href: str


@dataclass(frozen=True)
class Needs:
    """The first thing on the screen."""

    needs: tuple[Need, ...]
    in_hand: tuple[Need, ...]
    notices: tuple[Told, ...]
    empty_office: bool
    sandbox: bool


@dataclass(frozen=True)
class Numbers:
    """Today in numbers, what is held, and the state of the machine."""

    new: int
    sent: int
    sent_breakdown: str
    replied: int
    replied_breakdown: str
    failed: int
    answered: int
    median: str
    p95: str
    columns: tuple[Column, ...]
    days: int
    waiting: tuple[Waiting, ...]
    waiting_more: int
    problems: tuple[Problem, ...]
    alive: str


@dataclass(frozen=True)
class View:
    """The page."""

    day: str
    zone: str
    needs: Part
    numbers: Part


@router.get("/", include_in_schema=False)
async def today(request: Request, who: Who) -> Response:
    """The page people keep open."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        shell = await frame(request, viewer, conn, title="Today", here="/")
        view = View(
            day=times.long_day(viewer.at, viewer.zone),
            zone=who.office.timezone.replace("_", " "),
            needs=await _needs(viewer, conn),
            numbers=await _numbers(viewer, conn),
        )
    return page("pages/today.html", frame=shell, view=view)


@router.get("/live/today/needs", include_in_schema=False)
async def live_needs(request: Request, who: Who) -> Response:
    """Who needs a person, again."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        return fragment(request, await _needs(viewer, conn))


@router.get("/live/today/numbers", include_in_schema=False)
async def live_numbers(request: Request, who: Who) -> Response:
    """The numbers, again."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        return fragment(request, await _numbers(viewer, conn))


@router.get("/live/waiting", include_in_schema=False)
async def live_waiting(request: Request, who: Who) -> Response:
    """The number in the rail, again."""
    viewer = Viewer.of(request, who)
    async with viewer.engine.db.office(who.office_id) as conn:
        return fragment(request, await waiting_part(viewer, conn))


async def _needs(viewer: Viewer, conn: Conn) -> Part:
    office_id, owner = viewer.who.office_id, visible_owner(viewer.who)
    rows = await store.open_handoffs(conn, office_id, owner=owner, limit=MOST_NEEDS)
    told = await store.notices(
        conn, office_id, person=viewer.who.person_id, whole_office=viewer.who.role.rank >= Role.MANAGER.rank
    )
    # Who stands above with a button need not be told of below as well.
    above = {(kind, row["lead_id"]) for row in rows for kind in ("handoff", "uncovered")}
    view = Needs(
        needs=tuple(_need(row, viewer) for row in rows if row["acknowledged_at"] is None),
        in_hand=tuple(_need(row, viewer) for row in rows if row["acknowledged_at"] is not None),
        notices=tuple(
            Told(
                id=str(row["id"]),
                icon=NOTICES.get(row["kind"], "spark"),
                text=row["text"],
                lead_id=str(row["lead_id"] or ""),
                lead=name_of(row) if row["first_name"] is not None else "",
                count=row["count"],
                at=times.moment(row["last_at"], viewer.zone, viewer.at),
            )
            for row in told
            if (row["kind"], row["lead_id"]) not in above
        ),
        empty_office=not rows and not await store.anything(conn, office_id),
        sandbox=viewer.engine.providers.phone is not None,
    )
    return part("parts/today_needs.html", view, url="/live/today/needs", id="needs", every="4s")


def _need(row: Row, viewer: Viewer) -> Need:
    mine = (row["acknowledged_by_id"] or row["person_id"]) == viewer.who.person_id
    return Need(
        id=str(row["id"]),
        lead_id=str(row["lead_id"]),
        name=name_of(row),
        cause=word(CAUSES, row["cause"]),
        said=mail.parts(row["said"] or "").said,
        summary=row["summary"],
        since=times.moment(row["opened_at"], viewer.zone, viewer.at),
        ago=times.ago(row["opened_at"], viewer.at),
        temperature=row["temperature"] or "",
        score=row["score"],
        whose="you" if mine else (row["acknowledged_by"] or row["person"] or "nobody yet"),
        mine=mine,
    )


async def _numbers(viewer: Viewer, conn: Conn) -> Part:
    office_id, owner, at = viewer.who.office_id, visible_owner(viewer.who), viewer.at
    since = times.midnight(at, viewer.zone)
    messages = await store.messages_since(conn, office_id, owner=owner, since=since)
    answered = await store.first_response(conn, office_id, owner=owner, since=at - timedelta(days=RESPONSE_DAYS))
    held = await store.waiting(conn, office_id, owner=owner, at=at, limit=MOST_WAITING)
    problems, alive = await _machine(viewer, conn)
    view = Numbers(
        new=await store.new_leads(conn, office_id, owner=owner, since=since),
        sent=messages["sent_sms"] + messages["sent_email"],
        sent_breakdown=_split(messages["sent_sms"], messages["sent_email"]),
        replied=messages["replied_sms"] + messages["replied_email"],
        replied_breakdown="from " + counted(messages["replied_leads"], "lead") if messages["replied_leads"] else "",
        failed=messages["failed"],
        answered=answered["n"],
        median=times.response(answered["median"]),
        p95=times.response(answered["p95"]),
        columns=_columns(answered["slices"]) if answered["n"] else (),
        days=RESPONSE_DAYS,
        waiting=tuple(
            Waiting(
                lead_id=str(row["lead_id"]),
                name=name_of(row),
                until=times.moment(row["until"], viewer.zone, at),
                left=times.until(row["until"], at),
                reason=why.of_gate(row["reasons"], "hours"),
            )
            for row in held
        ),
        waiting_more=(held[0]["total"] if held else 0) - len(held),
        problems=problems,
        alive=alive,
    )
    return part("parts/today_numbers.html", view, url="/live/today/numbers", id="numbers", every="5s")


def _split(texts: int, emails: int) -> str:
    return ", ".join(
        counted(number, one) for number, one in ((texts, "text"), (emails, "e-mail")) if number
    )  # fmt: skip


def _columns(slices: dict[str, Any]) -> tuple[Column, ...]:
    return tuple(
        Column(name, int(slices.get(str(index), 0)), main=index < SIXTY_SECONDS) for index, name in enumerate(SLICES)
    )


async def _machine(viewer: Viewer, conn: Conn) -> tuple[tuple[Problem, ...], str]:
    """What is stuck, and one line on who works; an agent is not asked to mend the machine."""
    if viewer.who.role.rank < Role.MANAGER.rank:
        return (), ""
    stuck = await store.stuck(conn, viewer.who.office_id)
    beats = await store.workers(conn)
    problems = []
    if stuck["dead_letters"]:
        problems.append(Problem(counted(stuck["dead_letters"], "event") + " could not be handled", "/dead-letters"))
    if stuck["dead_leads"]:
        problems.append(Problem(counted(stuck["dead_leads"], "lead") + " could not be considered", "/dead-letters"))
    if stuck["unknown"]:
        problems.append(Problem(counted(stuck["unknown"], "message") + " of unknown fate: being asked about", ""))
    working = [row for row in beats if row["kind"] == "work" and viewer.at - row["beat_at"] < DEAD_AFTER]
    if not working:
        last = max((row["beat_at"] for row in beats if row["kind"] == "work"), default=None)
        seen = f", last seen {times.ago(last, viewer.at)}" if last else ""
        problems.append(Problem(f"No worker is running{seen}: nothing is sent until one is", ""))
    problems += [
        Problem(f"The timer {row['name']} failed: {row['error']}", "") for row in await store.failing_timers(conn)
    ]
    alive = "" if problems else counted(len(working), "worker") + " running, nothing stuck"
    return tuple(problems), alive
