"""One provider as a card: its state in words, what it carries, what to paste where, and its form without secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from rekindle.connections import sealed, store
from rekindle.connections.entry import is_wanted, open_values
from rekindle.connections.hooks import urls
from rekindle.connections.types import Connection, State
from rekindle.decide.words import Channel
from rekindle.kit.crypto import CryptoError
from rekindle.kit.db import Conn
from rekindle.office.types import Mode
from rekindle.providers.ports import Field, Plug
from rekindle.traffic import store as traffic
from rekindle.traffic.types import Breaker
from rekindle.web.pages import times
from rekindle.web.pages.frame import Viewer
from rekindle.web.pages.times import Moment

CHANNELS = {Channel.SMS: "texts", Channel.EMAIL: "e-mails"}


@dataclass(frozen=True)
class Badge:
    """A state as colour, picture and word."""

    tone: str
    icon: str
    word: str


STATES = {
    State.OK: Badge("good", "check", "works"),
    State.FAILING: Badge("bad", "stop", "does not work"),
    State.UNCHECKED: Badge("wait", "clock", "not looked at yet"),
}
ABSENT = Badge("", "cross", "not connected")


@dataclass(frozen=True)
class Input:
    """One field of the form; a secret has no value here, only when it was set."""

    id: str
    name: str
    label: str
    help: str
    secret: bool
    required: bool
    value: str
    state: str


@dataclass(frozen=True)
class Card:
    """One provider."""

    provider: str
    title: str
    connected: bool
    badge: Badge
    account: str
    note: str
    checked: Moment | None
    entered: str
    carries: tuple[str, ...]
    may_carry: tuple[tuple[str, str], ...]
    breaker: str
    hooks: tuple[str, ...]
    inputs: tuple[Input, ...]
    consent: bool
    error: str
    made: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True)
class View:
    """The page: what is connected, and what could be."""

    connected: tuple[Card, ...]
    others: tuple[Card, ...]
    office: str
    sandbox: bool
    uncarried: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What a form just sent led to: values made up, shown this once, or why nothing was kept, with what was typed."""

    provider: str
    error: str = ""
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    made: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class _Known:
    connections: Mapping[str, Connection]
    values: Mapping[str, Mapping[str, str]] = field(repr=False)
    routes: Mapping[Channel, str]
    breakers: Mapping[str, Breaker]


async def look(conn: Conn, viewer: Viewer, outcome: Outcome | None = None) -> View:
    """Everything the page shows."""
    known = await _known(conn, viewer)
    plugs = sorted(viewer.engine.providers.plugs.values(), key=lambda plug: plug.title)
    cards = [_card(plug, viewer, known, outcome) for plug in plugs]
    return View(
        tuple(card for card in cards if card.connected),
        tuple(card for card in cards if not card.connected),
        viewer.who.office.slug,
        viewer.who.office.mode is Mode.SANDBOX,
        tuple(words for channel, words in CHANNELS.items() if channel not in known.routes),
    )


async def _known(conn: Conn, viewer: Viewer) -> _Known:
    office_id: UUID = viewer.who.office_id
    closed = await store.sealed(conn, office_id)
    own = {kind: {"secret": "set"} for kind in await store.own_secrets(conn, office_id)}
    opened = {provider: _opened(viewer, office_id, provider, values) for provider, values in closed.items()}
    return _Known(
        {one.provider: one for one in await store.connections(conn, office_id)},
        {**own, **opened},
        await store.routes(conn, office_id),
        {one.provider: one for one in await traffic.troubled(conn, office_id, at=viewer.at)},
    )


def _opened(viewer: Viewer, office_id: UUID, provider: str, closed: bytes) -> Mapping[str, str]:
    try:
        return sealed.unseal(viewer.engine.keyring, office_id, provider, closed)
    except CryptoError:
        return {}  # a look says so in the note; the form then wants everything anew


def _card(plug: Plug, viewer: Viewer, known: _Known, outcome: Outcome | None) -> Card:
    engine = viewer.engine
    mine = outcome if outcome is not None and outcome.provider == plug.provider else Outcome(plug.provider)
    connection = known.connections.get(plug.provider)
    slug = viewer.who.office.slug
    values = known.values.get(plug.provider, {})
    seen = {**open_values(plug, values), **mine.made}
    hooks = urls(engine.providers.inbound, plug, seen, base_url=engine.settings.base_url, slug=slug)
    entered = _day(connection.updated_at, viewer) if connection else ""
    labels = {one.name: one.label for one in plug.fields}
    others = sorted(channel for channel in plug.channels if known.routes.get(channel) != plug.provider)
    return Card(
        provider=plug.provider,
        title=plug.title,
        connected=connection is not None,
        badge=STATES[connection.state] if connection else ABSENT,
        account=connection.account if connection else "",
        note=connection.note if connection else "",
        checked=times.maybe(connection.checked_at, viewer.zone, viewer.at) if connection else None,
        entered=entered,
        carries=tuple(CHANNELS[channel] for channel in sorted(plug.channels) if channel not in others),
        may_carry=tuple((channel.value, CHANNELS[channel]) for channel in others) if connection else (),
        breaker=_breaker(known.breakers.get(plug.provider), viewer),
        hooks=hooks if connection else (),
        inputs=tuple(_input(plug, one, values, mine, entered) for one in plug.fields),
        consent=plug.provider in engine.providers.oauth,
        error=mine.error,
        made=tuple((labels[name], value) for name, value in mine.made.items()),
    )


def _input(plug: Plug, one: Field, values: Mapping[str, str], outcome: Outcome, entered: str) -> Input:
    has = bool(values.get(one.name))
    if one.secret and has:
        state = f"Set on {entered}. Leave it blank to keep it."
    elif one.make and not has:
        state = "Leave it blank and we make one up."
    else:
        state = "" if one.required else "May stay blank."
    typed = outcome.typed.get(one.name)
    shown = "" if one.secret else (typed if typed is not None else values.get(one.name, one.default))
    return Input(
        id=f"{plug.provider}-{one.name}",
        name=one.name,
        label=one.label,
        help=one.help,
        secret=one.secret,
        required=one.required and not one.make and (not one.secret or is_wanted(one, values)),
        value=shown,
        state=state,
    )


def _day(when: datetime, viewer: Viewer) -> str:
    local = when.astimezone(viewer.zone)
    return f"{local:%b} {local.day}" + ("" if local.year == viewer.at.year else f", {local.year}")


def _breaker(breaker: Breaker | None, viewer: Viewer) -> str:
    """Why nothing is asked of the provider just now, in a sentence; empty when all is well."""
    if breaker is None or not (breaker.open or breaker.closed_until(viewer.at)):
        return ""
    why = f" ({breaker.reason})" if breaker.reason else ""
    again = breaker.closed_until(viewer.at)
    if again is None:
        return f"Paused{why}. It is being tried again now; what waits is sent when it works."
    return f"Paused{why}. Tried again {times.until(again, viewer.at)}; what waits is sent when it works."
