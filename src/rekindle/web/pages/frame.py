"""What stands around every page: the office, the person, the pages they may open, the sandbox's label."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends
from starlette.requests import Request

from rekindle.kit.db import Conn
from rekindle.office.sessions import SignedIn
from rekindle.office.types import Mode, Role
from rekindle.reports.today import store as today
from rekindle.web.engine import Engine
from rekindle.web.pages.render import Part, part
from rekindle.web.session import at_least, signed_in, visible_owner

# What a route asks for: somebody signed in, or a manager. In one word, because every route says it.
Who = Annotated[SignedIn, Depends(signed_in)]
Manager = Annotated[SignedIn, Depends(at_least(Role.MANAGER))]

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Link:
    """A page in the rail. `key` is what follows g."""

    href: str
    name: str
    icon: str
    key: str
    current: bool


@dataclass(frozen=True)
class Frame:
    """The shell of a page, as primitives."""

    title: str
    office: str
    sandbox: bool
    person: str
    role: str
    theme: str
    links: tuple[Link, ...]
    waiting: Part
    said: str
    said_tone: str


@dataclass(frozen=True)
class Viewer:
    """Who looks, through which clock and zone; what every page function needs."""

    engine: Engine
    who: SignedIn
    at: datetime
    zone: ZoneInfo

    @classmethod
    def of(cls, request: Request, who: SignedIn) -> "Viewer":
        engine: Engine = request.app.state.engine
        return cls(engine, who, engine.clock.now(), ZoneInfo(who.office.timezone))


def theme_of(request: Request) -> str:
    """The person's choice of light or dark, from their cookie; "auto" follows the machine."""
    chosen = request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


async def frame(request: Request, viewer: Viewer, conn: Conn, *, title: str, here: str) -> Frame:
    """The frame of one page; `here` is the address of its entry in the rail."""
    said, tone = SAID.get(request.query_params.get("done", ""), ("", ""))
    return Frame(
        title=title,
        office=viewer.who.office.name,
        sandbox=viewer.who.office.mode is Mode.SANDBOX,
        person=viewer.who.name,
        role=viewer.who.role.value,
        theme=theme_of(request),
        links=_links(viewer, here),
        waiting=await waiting_part(viewer, conn),
        said=said,
        said_tone=tone,
    )


async def waiting_part(viewer: Viewer, conn: Conn) -> Part:
    """The number beside Today that says somebody waits, on every page."""
    number = await today.count_open_handoffs(conn, viewer.who.office_id, owner=visible_owner(viewer.who))
    return part("parts/waiting.html", number, url="/live/waiting", id="waiting", every="6s")


def _links(viewer: Viewer, here: str) -> tuple[Link, ...]:
    links = [
        Link("/", "Today", "today", "t", here == "/"),
        Link("/leads", "Leads", "leads", "l", here == "/leads"),
        Link("/decisions", "Decisions", "decisions", "d", here == "/decisions"),
    ]
    if viewer.engine.providers.phone is not None and viewer.who.office.mode is Mode.SANDBOX:
        links.append(Link("/sandbox", "Sandbox", "sandbox", "s", here == "/sandbox"))
    if viewer.who.role.rank >= Role.MANAGER.rank:
        links.append(Link("/connections", "Connections", "plug", "c", here == "/connections"))
        links.append(Link("/dead-letters", "Dead letters", "dead", "x", here == "/dead-letters"))
    return tuple(links)


# What a page says after an action, by a code in its address; never free text, so no link can put words in our mouth.
SAID = {
    "passed": ("Passed on. The next available agent is offered this lead.", "good"),
    "taken": ("You have the conversation now. Automation is silent until you release it.", "good"),
    "released": ("Released. Automation may speak with this lead again.", "good"),
    "paused": ("Paused. Nothing is sent automatically until then.", "good"),
    "resumed": ("Resumed. The lead is being considered again.", "good"),
    "assigned": ("Assigned.", "good"),
    "sent": ("Your message is on its way.", "good"),
    "held": ("Your message was not sent: the gate held it. The reasons stand in the timeline.", "warn"),
    "denied": ("Your message was not sent: the gate refused it. The reasons stand in the timeline.", "bad"),
    "empty": ("There was nothing to send: write a message first.", "warn"),
    "not-open": ("Somebody else was quicker: this is no longer open.", "warn"),
    "stranger": ("Not assigned: that person does not work here.", "warn"),
    "braces": ("Not sent: the text has a merge field that is not complete. Check the curly braces.", "warn"),
    "retried": ("Put back in line. It will be handled again at once.", "good"),
    "discarded": ("Let go. The event itself is kept.", "good"),
    "let-go": ("Let go. It is asked for anew when something needs it.", "good"),
    "by-hand": ("Handed in: the lead appears in a moment. The event was let go under your name.", "good"),
    "looked": ("Looked just now; what was seen stands below.", "good"),
    "carries": ("From now on it carries them.", "good"),
    "disconnected": ("Disconnected. The credentials are forgotten.", "good"),
    "consented": ("Connected. How it looks stands below.", "good"),
    "consent-refused": ("Not connected: you did not agree at the provider.", "warn"),
    "consent-stale": ("Not connected: that took too long or began elsewhere. Start again from here.", "warn"),
    "consent-failed": ("Not connected: the provider did not accept the way back. Start again from here.", "bad"),
    "account-taken": ("Not connected: another office here is connected to that account already.", "bad"),
    "replied": ("Sent as the lead. It arrives at the office like any other reply.", "good"),
    "unreachable": ("The sandbox did not answer, so nothing was sent. Try again.", "bad"),
}
