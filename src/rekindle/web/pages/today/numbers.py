"""Today in numbers: sent, replied, how fast the first answer was, what is held for hours, and the machine's state."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rekindle.kit.db import Conn, Row
from rekindle.reports.today import store
from rekindle.web.pages import times, why
from rekindle.web.pages.frame import Viewer
from rekindle.web.pages.render import Part, part
from rekindle.web.pages.times import Moment
from rekindle.web.pages.today import machine
from rekindle.web.pages.today.machine import Problem
from rekindle.web.pages.words import counted, name_of
from rekindle.web.session import visible_owner

MOST_WAITING = 6
RESPONSE_DAYS = 7
SLICES = ("< 5 s", "15 s", "30 s", "1 min", "5 min", "> 5 min")
SIXTY_SECONDS = 4  # the slices before this one kept the promise of one minute


@dataclass(frozen=True)
class Waiting:
    """A touch that is held."""

    lead_id: str
    name: str
    until: Moment
    reason: str


@dataclass(frozen=True)
class Column:
    """One column of the histogram."""

    name: str
    number: int
    main: bool


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


async def build(viewer: Viewer, conn: Conn) -> Part:
    """The piece."""
    office_id, owner, at = viewer.who.office_id, visible_owner(viewer.who), viewer.at
    since = times.midnight(at, viewer.zone)
    messages = await store.messages_since(conn, office_id, owner=owner, since=since)
    answered = await store.first_response(conn, office_id, owner=owner, since=at - timedelta(days=RESPONSE_DAYS))
    held = await store.waiting(conn, office_id, owner=owner, at=at, limit=MOST_WAITING)
    problems, alive = await machine.look(viewer, conn)
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
        waiting=tuple(_waiting(row, viewer) for row in held),
        waiting_more=(held[0]["total"] if held else 0) - len(held),
        problems=problems,
        alive=alive,
    )
    return part("parts/today_numbers.html", view, url="/live/today/numbers", id="numbers", every="5s")


def _split(texts: int, emails: int) -> str:
    return ", ".join(counted(number, one) for number, one in ((texts, "text"), (emails, "e-mail")) if number)


def _waiting(row: Row, viewer: Viewer) -> Waiting:
    return Waiting(
        lead_id=str(row["lead_id"]),
        name=name_of(row),
        until=times.moment(row["until"], viewer.zone, viewer.at),
        reason=why.of_gate(row["reasons"], "hours"),
    )


def _columns(slices: dict[str, Any]) -> tuple[Column, ...]:
    return tuple(
        Column(name, int(slices.get(str(index), 0)), main=index < SIXTY_SECONDS) for index, name in enumerate(SLICES)
    )
