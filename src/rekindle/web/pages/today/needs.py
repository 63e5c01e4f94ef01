"""The first thing on the screen: leads who wait for a person, leads with one, and what the viewer is told."""

from dataclasses import dataclass

from rekindle.kit.db import Conn, Row
from rekindle.office.types import Role
from rekindle.reports.today import store
from rekindle.web.pages import mail, times
from rekindle.web.pages.frame import Viewer
from rekindle.web.pages.render import Part, part
from rekindle.web.pages.times import Moment
from rekindle.web.pages.words import CAUSES, NOBODY, NOTICES, name_of, word
from rekindle.web.session import visible_owner

MOST_NEEDS = 30


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
class Needs:
    """The first thing on the screen."""

    needs: tuple[Need, ...]
    in_hand: tuple[Need, ...]
    notices: tuple[Told, ...]
    total: int
    empty_office: bool
    sandbox: bool


async def build(viewer: Viewer, conn: Conn) -> Part:
    """The piece."""
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
        notices=tuple(_told(row, viewer) for row in told if (row["kind"], row["lead_id"]) not in above),
        total=await store.count_open_handoffs(conn, office_id, owner=owner),
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
        whose="you" if mine else (row["acknowledged_by"] or row["person"] or NOBODY),
        mine=mine,
    )


def _told(row: Row, viewer: Viewer) -> Told:
    return Told(
        id=str(row["id"]),
        icon=NOTICES.get(row["kind"], "spark"),
        text=row["text"],
        lead_id=str(row["lead_id"] or ""),
        lead=name_of(row) if row["first_name"] is not None else "",
        count=row["count"],
        at=times.moment(row["last_at"], viewer.zone, viewer.at),
    )
