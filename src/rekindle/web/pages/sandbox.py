"""The sandbox from the other side: what the leads' phones show, and a way to answer as the lead."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from rekindle.decide.words import Channel
from rekindle.kit.db import Conn
from rekindle.office.types import Mode
from rekindle.providers.ports import Phone, PhoneError, PhoneMessage, PhoneThread
from rekindle.reports.lead import store
from rekindle.web.pages import mail, times
from rekindle.web.pages.frame import Viewer, Who, frame
from rekindle.web.pages.render import Part, fragment, page, part
from rekindle.web.pages.times import Moment
from rekindle.web.pages.words import CHANNELS, name_of, phone, word
from rekindle.web.session import visible_owner

router = APIRouter()

MOST_THREADS = 60
LONGEST = 1600
AWAY = "The sandbox does not answer just now. It runs beside the engine; start both with `make up`."
TRIES = ("Yes, I am interested", "Can I see it this weekend?", "Not now, maybe in spring", "STOP", "Who is this?")


@dataclass(frozen=True)
class ThreadRow:
    """One phone in the list."""

    href: str
    icon: str
    name: str
    last: str
    mine: bool
    at: Moment | None
    current: bool


@dataclass(frozen=True)
class Said:
    """A bubble on the lead's phone."""

    id: str
    mine: bool
    subject: str
    body: str
    rest: str
    at: Moment
    day: str


@dataclass(frozen=True)
class Opened:
    """The phone that is open."""

    channel: str
    address: str
    from_name: str
    lead_name: str
    lead_id: str
    screen: Part


@dataclass(frozen=True)
class View:
    """The page."""

    threads: Part
    opened: Opened | None
    tries: tuple[str, ...]


@router.get("/sandbox")
async def sandbox(
    request: Request,
    who: Who,
    channel: Channel | None = None,
    address: Annotated[str, Query(max_length=320)] = "",
) -> Response:
    """All phones, and one of them open."""
    viewer = Viewer.of(request, who)
    phones = _phones(viewer)
    try:
        rows = await phones.threads(who.office.slug, limit=MOST_THREADS)
        thread = await phones.thread(who.office.slug, channel, address) if channel and address else None
    except PhoneError as error:
        raise HTTPException(503, AWAY) from error
    async with viewer.engine.db.office(who.office_id) as conn:
        shell = await frame(request, viewer, conn, title="Sandbox", here="/sandbox")
        threads = await _threads(viewer, conn, rows, address)
        opened = await _opened(viewer, conn, thread) if thread is not None else None
    return page("pages/sandbox.html", frame=shell, view=View(threads, opened, TRIES))


@router.get("/live/sandbox/threads")
async def live_threads(request: Request, who: Who, address: Annotated[str, Query(max_length=320)] = "") -> Response:
    """The list, again."""
    viewer = Viewer.of(request, who)
    rows = await _phones(viewer).threads(who.office.slug, limit=MOST_THREADS)
    async with viewer.engine.db.office(who.office_id) as conn:
        return fragment(request, await _threads(viewer, conn, rows, address))


@router.get("/live/sandbox/phone")
async def live_phone(
    request: Request,
    who: Who,
    channel: Channel,
    address: Annotated[str, Query(max_length=320)],
) -> Response:
    """The open phone's screen, again."""
    viewer = Viewer.of(request, who)
    phones = _phones(viewer)
    async with viewer.engine.db.office(who.office_id) as conn:
        await _may_see(viewer, conn, address)
    return fragment(request, _screen(viewer, await phones.thread(who.office.slug, channel, address)))


@router.post("/sandbox/reply")
async def reply(
    request: Request,
    who: Who,
    channel: Annotated[Channel, Form()],
    address: Annotated[str, Form(max_length=320)],
    text: Annotated[str, Form(max_length=LONGEST)] = "",
) -> Response:
    """Write as the lead."""
    viewer = Viewer.of(request, who)
    phones = _phones(viewer)
    async with viewer.engine.db.office(who.office_id) as conn:
        await _may_see(viewer, conn, address)
    done = "empty"
    if text.strip():
        try:
            await phones.reply(who.office.slug, channel, address, text.strip())
            done = "replied"
        except PhoneError:
            done = "unreachable"
    return RedirectResponse(_href(channel, address, done=done), status_code=303)


def _phones(viewer: Viewer) -> Phone:
    phones = viewer.engine.providers.phone
    if phones is None or viewer.who.office.mode is not Mode.SANDBOX:
        raise HTTPException(404)
    return phones


async def _may_see(viewer: Viewer, conn: Conn, address: str) -> None:
    owner = visible_owner(viewer.who)
    if owner is None:
        return
    found = (await store.by_addresses(conn, viewer.who.office_id, [address])).get(address)
    if found is None or found["owner_id"] != owner:
        raise HTTPException(404)


async def _threads(viewer: Viewer, conn: Conn, rows: tuple[PhoneThread, ...], current: str) -> Part:
    owner = visible_owner(viewer.who)
    leads = await store.by_addresses(conn, viewer.who.office_id, [row.address for row in rows])
    shown = [
        _thread_row(viewer, row, name_of(leads[row.address]) if row.address in leads else "", current)
        for row in rows
        if owner is None or (row.address in leads and leads[row.address]["owner_id"] == owner)
    ]
    url = "/live/sandbox/threads?" + urlencode({"address": current})
    return part("parts/sandbox_threads.html", tuple(shown), url=url, id="threads", every="3s")


def _thread_row(viewer: Viewer, row: PhoneThread, name: str, current: str) -> ThreadRow:
    last = row.messages[-1] if row.messages else None
    return ThreadRow(
        href=_href(row.channel, row.address),
        icon=row.channel.value,
        name=name or _shown(row.channel, row.address),
        last=" ".join((last.subject or last.body).split()) if last else "",
        mine=bool(last and last.mine),
        at=times.moment(last.at, viewer.zone, viewer.at) if last else None,
        current=row.address == current,
    )


async def _opened(viewer: Viewer, conn: Conn, thread: PhoneThread) -> Opened:
    await _may_see(viewer, conn, thread.address)
    lead = (await store.by_addresses(conn, viewer.who.office_id, [thread.address])).get(thread.address)
    return Opened(
        channel=thread.channel.value,
        address=thread.address,
        from_name=viewer.who.office.name,
        lead_name=name_of(lead) if lead else _shown(thread.channel, thread.address),
        lead_id=str(lead["id"]) if lead else "",
        screen=_screen(viewer, thread),
    )


def _screen(viewer: Viewer, thread: PhoneThread) -> Part:
    bubbles, last_day = [], ""
    for number, message in enumerate(thread.messages):
        day = times.day_name(message.at, viewer.zone, viewer.at)
        bubbles.append(_bubble(message, number, day if day != last_day else "", viewer.zone, viewer))
        last_day = day
    url = "/live/sandbox/phone?" + urlencode({"channel": thread.channel.value, "address": thread.address})
    return part("parts/sandbox_phone.html", tuple(bubbles), url=url, id="screen", every="2s")


def _bubble(message: PhoneMessage, number: int, day: str, zone: ZoneInfo, viewer: Viewer) -> Said:
    at = times.clock(message.at, zone, viewer.at)
    written = mail.parts(message.body)
    return Said(f"said-{number}", message.mine, message.subject, written.said, written.rest, at, day)


def _shown(channel: Channel, address: str) -> str:
    return f"{phone(address)}, {word(CHANNELS, channel.value)}" if channel is Channel.SMS else address


def _href(channel: Channel, address: str, **more: str) -> str:
    return "/sandbox?" + urlencode({"channel": channel.value, "address": address, **more})
