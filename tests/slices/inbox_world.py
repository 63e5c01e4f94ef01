"""An office with an inbox and errands whose outside is in the test's hand: words come in as given, calls go as told."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from rekindle.alerts import wires
from rekindle.connections import sealed
from rekindle.connections import store as connections
from rekindle.connections.accounts import Accounts
from rekindle.decide.words import Channel, Lane
from rekindle.errands.line import Line
from rekindle.errands.run import Runner, run_batch
from rekindle.errands.types import Errand, Kind
from rekindle.errands.types import Handler as ErrandHandler
from rekindle.inbox.desk import Asks
from rekindle.inbox.handle import Handler, handle_batch
from rekindle.inbox.receive import Arrival, receive_many
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db, Row
from rekindle.kit.limits.in_database import DatabaseLimits
from rekindle.leads import find
from rekindle.leads import store as leads
from rekindle.office import store as offices
from rekindle.office.keys import office_key
from rekindle.office.types import Mode
from rekindle.providers.ports import Account, Contact, Enquiry, Event, Inbound, Limit, Parsed, Reply
from rekindle.traffic.traffic import Traffic

ANN = "+13125550142"
MAIL = "ann@lake.example"
CRM = "brook"


class Words(Inbound):
    """A source whose events say whatever the test put under their id; an exception is raised instead."""

    def __init__(self, source: str, provider: str = CRM, lane: Lane = Lane.REPLY) -> None:
        self.source = source  # type: ignore[misc]
        self.provider = provider  # type: ignore[misc]
        self.lane = lane  # type: ignore[misc]
        self.words: dict[str, tuple[Parsed, ...] | Exception] = {}

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 the port's
        said = self.words[event.external_id]
        if isinstance(said, Exception):
            raise said
        return said


@dataclass
class Told:
    """Somebody outside who answers calls as told: exceptions are raised, the last answer goes on for ever."""

    answers: deque[Any] = field(default_factory=deque)
    calls: list[Any] = field(default_factory=list)

    def then(self, *answers: Any) -> None:
        self.answers.extend(answers)

    def now(self, *answers: Any) -> None:
        self.answers = deque(answers)

    def answer(self, call: Any) -> Any:
        self.calls.append(call)
        said = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        if isinstance(said, Exception):
            raise said
        return said


class Outside(Told):
    """A provider that can be called; a port's own names are added by subclasses."""

    provider = CRM

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 the port's
        return ()


async def _told(_: Errand) -> str:
    return "told"


@dataclass
class World:
    """One office; `sources` by name are made as they are asked for."""

    db: Db
    office_id: UUID
    clock: HandClock
    keyring: Keyring
    enrichers: tuple[str, ...] = ()
    sources: dict[str, Words] = field(default_factory=dict)
    handlers: dict[Kind, ErrandHandler] = field(default_factory=dict)
    received: int = 0

    def __post_init__(self) -> None:
        self.accounts = Accounts(self.db, self.keyring, self.clock, kept=timedelta(0))
        self.traffic = Traffic(self.db, DatabaseLimits(self.db), self.clock)
        self.line = Line(self.accounts, self.traffic, self.clock, wires.of_breakers(self.db, self.clock))
        for name in ("brook", "brook-contact", "brook-message", "form"):
            self.source(name)

    # ------------------------------------------------------------ in

    def source(self, name: str) -> Words:
        return self.sources.setdefault(name, Words(name))

    async def arrive(
        self,
        external_id: str,
        *words: Parsed | Exception,
        source: str = "brook",
        party: str = "",
        lane: Lane = Lane.REPLY,
        at: datetime | None = None,
    ) -> UUID:
        """An event that says these words; each is received a millisecond after the one before."""
        spoken = self.source(source)
        spoken.words[external_id] = words[0] if isinstance(words[0], Exception) else words  # type: ignore[assignment]
        self.received += 1
        at = at or self.clock.now() + timedelta(milliseconds=self.received)
        who = party.encode() if party else None
        arrival = Arrival(self.office_id, source, external_id, "application/json", b"{}", lane, "", who)
        async with self.db.office(self.office_id) as conn:
            [stored] = await receive_many(conn, self.office_id, [arrival], at=at)
        return stored.event_id

    def handler(self) -> Handler:
        return Handler(
            self.db, self.keyring, self.clock, self.sources, self.accounts, lambda: 0.5, asks=Asks(self.enrichers)
        )

    async def handle(self) -> int:
        """Everything that is due; how many events were taken."""
        self.clock.advance(timedelta(seconds=1))
        handled, total = self.handler(), 0
        while taken := await handle_batch(handled):
            total += taken
        return total

    async def say(self, external_id: str, *words: Parsed | Exception, source: str = "brook", **more: Any) -> str:
        """An event, handled at once; its outcome, or the reason it waits or died for."""
        event_id = await self.arrive(external_id, *words, source=source, **more)
        await self.handle()
        return await self.outcome(event_id)

    async def outcome(self, event_id: UUID) -> str:
        [row] = await self.rows(
            "select coalesce(k.outcome, j.state || ': ' || coalesce(j.reason, '')) as said from event_key k"
            " left join inbox_job j using (office_id, event_id) where k.event_id = %s",
            event_id,
        )
        return str(row["said"])

    # ------------------------------------------------------------ out

    async def connect(
        self, provider: str = CRM, values: Mapping[str, str] | None = None, *, at: datetime | None = None
    ) -> None:
        """The office goes live with a provider."""
        closed = sealed.seal(self.keyring, self.office_id, provider, values or {"token": "t"})
        async with self.db.office(self.office_id) as conn:
            await conn.execute("update office set mode = 'live' where office_id = %s", (self.office_id,))
            await connections.put(conn, self.office_id, provider, account="", sealed=closed, at=at or self.clock.now())
            await offices.set_mode(conn, self.office_id, Mode.LIVE)  # in the sandbox nothing real would be asked

    async def disconnect(self, provider: str = CRM) -> None:
        async with self.db.office(self.office_id) as conn:
            await connections.remove(conn, self.office_id, provider, at=self.clock.now())

    def runner(self) -> Runner:
        return Runner(self.db, self.clock, {Kind.NOTICE: _told, **self.handlers}, wires.of_errand, lambda: 0.5)

    async def run(self) -> int:
        """Every errand that is due; how many were taken."""
        total = 0
        while taken := await run_batch(self.runner()):
            total += taken
        return total

    async def fetches_nothing(self) -> None:
        """Whatever is to be fetched turns out to be gone."""
        await self.rows("update errand set state = 'dead' where kind = 'fetch' returning 1")

    async def errands(self) -> list[Row]:
        """What is still to be done, but for telling staff."""
        return await self.rows(
            "select kind, key, payload, state, reason, attempts, due_at from errand where kind <> 'notice'"
            " order by kind, key"
        )

    # ------------------------------------------------------------ what is there

    async def rows(self, query: str, *given: Any) -> list[Row]:
        async with self.db.office(self.office_id) as conn:
            return await (await conn.execute(query, given)).fetchall()  # type: ignore[arg-type]

    async def key(self) -> bytes:
        async with self.db.office(self.office_id) as conn:
            return await office_key(conn, self.office_id, self.keyring)

    async def lead(self, address: str = ANN) -> leads.Lead:
        async with self.db.office(self.office_id) as conn:
            kind = "email" if "@" in address else "phone"
            found = await find.by_address(conn, self.office_id, kind, address)
            assert found is not None, f"nobody has {address}"
            return await leads.get(conn, self.office_id, found)

    async def story(self, lead_id: UUID) -> list[str]:
        told = await self.rows("select kind from timeline where lead_id = %s order by at, id", lead_id)
        return [row["kind"] for row in told]

    async def causes(self) -> list[str]:
        """Why leads are to be looked at."""
        asked = await self.rows("select causes from consideration order by lead_id")
        return sorted({cause for row in asked for cause in row["causes"]})

    async def considered(self) -> None:
        """The core has looked at everybody."""
        await self.rows("delete from consideration returning lead_id")

    async def notices(self) -> list[str]:
        return [row["text"] for row in await self.rows("select text from notice order by first_at, text")]

    async def blocked(self) -> set[tuple[str, str]]:
        """(channel, reason) of every standing block."""
        standing = await self.rows("select channel, reason from suppression where lifted_at is null")
        return {(row["channel"], row["reason"]) for row in standing}


# ---------------------------------------------------------------- words


def asks(external_id: str = "e1", **more: Any) -> Enquiry:
    given: dict[str, Any] = {
        "source": "form", "name": "Ann Lee", "first_name": "", "last_name": "", "emails": (MAIL,), "phones": (ANN,),
        "kind": "buyer", "message": "Is it free?", "page": "", "at": None, "state": "IL", "zip": "", "city": "",
        "street": "", "attributes": (), "consents": (),
    }  # fmt: skip
    return Enquiry(external_id=external_id, **(given | more))


def writes(external_id: str, body: str = "Is it still free?", **more: Any) -> Reply:
    given: dict[str, Any] = {
        "channel": Channel.SMS, "sender": ANN, "to": "+13125550100", "subject": "", "at": None,
    }  # fmt: skip
    return Reply(external_id=external_id, body=body, **(given | more))


def contact(contact_id: str = "c1", **more: Any) -> Contact:
    given: dict[str, Any] = {
        "external_id": f"{contact_id}:{sorted(more)}", "crm": CRM, "account": "loc-1", "name": "Ann Lee",
        "first_name": "", "last_name": "", "emails": (MAIL,), "phones": ("(312) 555-0142",), "tags": (),
        "activated": True, "dnd": frozenset(), "source": "", "kind": "", "state": "IL", "zip": "", "city": "",
        "street": "", "attributes": (), "assigned_to": "", "stage": "", "deleted": False, "at": None,
    }  # fmt: skip
    return Contact(contact_id=contact_id, **(given | more))
