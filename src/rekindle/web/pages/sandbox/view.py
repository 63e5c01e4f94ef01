"""What the leads' phones show."""

from dataclasses import dataclass
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException

from rekindle.decide.words import Channel
from rekindle.kit.db import Conn
from rekindle.providers.ports import PhoneMessage, PhoneThread
from rekindle.reports.lead import store
from rekindle.web.pages import mail, times
from rekindle.web.pages.frame import Viewer
from rekindle.web.pages.render import Part, part
from rekindle.web.pages.times import Moment
from rekindle.web.pages.words import CHANNELS, name_of, phone, word
from rekindle.web.session import visible_owner


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


async def threads(viewer: Viewer, conn: Conn, rows: tuple[PhoneThread, ...], current: str) -> Part:
    """All phones the viewer may see, the open one marked."""
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
        href=href(row.channel, row.address),
        icon=row.channel.value,
        name=name or _shown(row.channel, row.address),
        last=" ".join((last.subject or last.body).split()) if last else "",
        mine=bool(last and last.mine),
        at=times.moment(last.at, viewer.zone, viewer.at) if last else None,
        current=row.address == current,
    )


async def opened(viewer: Viewer, conn: Conn, thread: PhoneThread) -> Opened:
    """The phone that is open."""
    await may_see(viewer, conn, thread.address)
    lead = (await store.by_addresses(conn, viewer.who.office_id, [thread.address])).get(thread.address)
    return Opened(
        channel=thread.channel.value,
        address=thread.address,
        from_name=viewer.who.office.name,
        lead_name=name_of(lead) if lead else _shown(thread.channel, thread.address),
        lead_id=str(lead["id"]) if lead else "",
        screen=screen(viewer, thread),
    )


def screen(viewer: Viewer, thread: PhoneThread) -> Part:
    """What the open phone shows."""
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


def href(channel: Channel, address: str, **more: str) -> str:
    """The address of one phone."""
    return "/sandbox?" + urlencode({"channel": channel.value, "address": address, **more})


async def may_see(viewer: Viewer, conn: Conn, address: str) -> None:
    """Raises 404 when the address is that of a lead the viewer may not see."""
    owner = visible_owner(viewer.who)
    if owner is None:
        return
    found = (await store.by_addresses(conn, viewer.who.office_id, [address])).get(address)
    if found is None or found["owner_id"] != owner:
        raise HTTPException(404)
