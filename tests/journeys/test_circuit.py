"""Somebody we need is away: it shows, it stays with those it concerns, and when they are back all is done once."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qs
from uuid import UUID

import httpx
import pytest

from rekindle import main
from rekindle.alerts import wires
from rekindle.connections import connect
from rekindle.connections.accounts import Accounts
from rekindle.connections.vault import ShutVault
from rekindle.kit import settings
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db, Row
from rekindle.kit.db import connect as open_database
from rekindle.kit.limits.in_database import DatabaseLimits
from rekindle.office.create import Created, create
from rekindle.office.types import Mode
from rekindle.outbox.desk import Desk
from rekindle.outbox.pump import Outbox
from rekindle.outbox.reconcile import reconcile
from rekindle.outbox.routes import Connected
from rekindle.providers.ports import Providers
from rekindle.traffic import store as breakers
from rekindle.traffic.traffic import Traffic
from rekindle.traffic.types import Breaker
from rekindle.web.app import create as application
from rekindle.web.engine import open_engine
from tests import outboxes
from tests.journeys.month import database
from tests.providers import fake_sendgrid, fake_twilio, faults, ghl_side
from tests.providers.faults import Asked, Replied
from tests.slices.webkit import FORM

HARBOR, LAKESIDE = "+13125550111", "+13125550100"
HERE = "https://rekindle.example"


@dataclass
class Twilio:
    """Twilio, which answers everybody but those who send from a number in `down`."""

    fake: fake_twilio.FakeTwilio = field(default_factory=fake_twilio.FakeTwilio)
    down: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)  # from which number
    again: Replied = field(default_factory=lambda: Replied(503, b"{}", {"content-type": "application/json"}))

    def handle(self, asked: Asked) -> Replied:
        sender = parse_qs(asked.body.decode()).get("From", [""])[0]
        self.asked.append(sender)
        return self.again if sender in self.down else self.fake(asked)

    def to(self, sender: str) -> list[str]:
        """Who got a text from this number, in order."""
        return [row["to"] for row in self.fake.messages if row["from"] == sender]


@dataclass
class Town:
    """Two offices that text through Twilio and mail through SendGrid, and the web of their engine."""

    db: Db
    clock: HandClock
    made: Created  # Lakeside's keys
    harbor: UUID
    twilio: Twilio
    sendgrid: fake_sendgrid.FakeSendGrid
    outbox: Outbox
    web: httpx.AsyncClient
    people: dict[UUID, list[UUID]] = field(default_factory=dict)

    @property
    def lakeside(self) -> UUID:
        return self.made.office_id

    async def text(self, office: UUID, count: int, first: int = 0) -> list[str]:
        """A text to each of so many people; their numbers."""
        for n in range(first, first + count):
            to = outboxes.phone(n)
            await outboxes.planned(self.db, office, self.people[office][n], at=self.clock.now(), address=to)
        return [outboxes.phone(n) for n in range(first, first + count)]

    async def mail(self, office: UUID, n: int) -> None:
        to = outboxes.email(n)
        await outboxes.planned(self.db, office, self.people[office][n], at=self.clock.now(), address=to)

    async def pass_time(self, by: timedelta, step: timedelta = timedelta(seconds=15)) -> None:
        """Let the outbox work while the clock goes on: send, and look up what nobody knows of."""
        end = self.clock.now() + by
        while self.clock.now() < end:
            self.clock.advance(step)
            self.twilio.fake.at = self.clock.now()
            await self.outbox.drain()
            await reconcile(self.outbox.desk)

    async def breaker(self, office: UUID, provider: str) -> Breaker:
        async with self.db.office(office) as conn:
            return await breakers.read(conn, office, provider)

    async def rows(self, office: UUID, query: str, *values: object) -> list[Row]:
        async with self.db.office(office) as conn:
            return await (await conn.execute(query, values)).fetchall()  # type: ignore[arg-type]

    async def problems(self, office: UUID) -> list[str]:
        """What managers are told and nobody has put away."""
        told = await self.rows(office, "select text from notice where seen_at is null and person_id is null")
        return [row["text"] for row in told]

    async def open_breakers(self) -> str:
        """The lines of /metrics that count them."""
        self.clock.advance(timedelta(seconds=6))  # the page is kept for five
        page = (await self.web.get("/metrics")).text
        return "\n".join(line for line in page.splitlines() if line.startswith("rekindle_breakers_open"))


@pytest.fixture
async def town(db: Db, clock: HandClock, keyring: Keyring) -> AsyncIterator[Town]:
    async with in_town(db, clock, keyring) as ready:
        yield ready


@asynccontextmanager
async def in_town(db: Db, clock: HandClock, keyring: Keyring) -> AsyncIterator[Town]:
    twilio, sendgrid = Twilio(), fake_sendgrid.FakeSendGrid()
    async with AsyncExitStack() as stack:
        texts = await stack.enter_async_context(faults.serving(twilio.handle))
        mails = await stack.enter_async_context(faults.serving(sendgrid.handle))
        http = await stack.enter_async_context(ghl_side._http())
        environ = {"REKINDLE_TWILIO_URL": texts.url, "REKINDLE_SENDGRID_URL": mails.url}
        providers = main.real(http, clock, ShutVault(), environ)
        lakeside = await _office(db, clock, keyring, providers, slug="lakeside", number=LAKESIDE)
        harbor = await _office(db, clock, keyring, providers, slug="harbor", number=HARBOR)
        people = {
            made.office_id: await outboxes.leads(db, made.office_id, 10, at=clock.now()) for made in (lakeside, harbor)
        }
        chosen = settings.read({"REKINDLE_HOME": "/nowhere", "REKINDLE_BASE_URL": HERE})
        parts = await stack.enter_async_context(
            open_engine(db=db, keyring=keyring, clock=clock, settings=chosen, providers=providers)
        )
        transport = httpx.ASGITransport(app=application(parts), client=("127.0.0.1", 4711))
        web = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url=HERE))
        routes = Connected(Accounts(db, keyring, clock), providers.senders, None)
        traffic, told = Traffic(db, DatabaseLimits(db), clock), wires.of_breakers(db, clock)
        desk = Desk(db, keyring, clock, lambda: 0.5, routes, traffic, told, HERE)
        yield Town(db, clock, lakeside, harbor.office_id, twilio, sendgrid, Outbox(desk), web, people)


async def _office(
    db: Db, clock: HandClock, keyring: Keyring, providers: Providers, *, slug: str, number: str
) -> Created:
    made = await create(
        db, keyring, slug=slug, name=slug.title(), timezone="America/Chicago", mode=Mode.LIVE, at=clock.now(),
        phone=number, email=f"hello@{slug}.example", address="1 Lake St, Chicago IL 60601",
    )  # fmt: skip
    texts = {"account_sid": fake_twilio.SID, "auth_token": fake_twilio.TOKEN, "from_number": number, "per_second": "3"}
    mails = {"api_key": fake_sendgrid.KEY}
    async with db.office(made.office_id) as conn:
        for name, values in (("twilio", texts), ("sendgrid", mails)):
            await connect.connect(conn, made.office_id, keyring, providers.plugs[name], values, at=clock.now())
    return made


async def test_an_outage_of_one_provider_for_one_office_stops_nothing_else_and_what_waited_leaves_once(
    town: Town,
) -> None:
    town.twilio.down.add(LAKESIDE)
    waiting = await town.text(town.lakeside, 8)
    await town.pass_time(timedelta(minutes=2))
    # It opened after a handful of failures, and Twilio was then left alone but for a probe now and then.
    assert (await town.breaker(town.lakeside, "twilio")).open
    assert town.twilio.to(LAKESIDE) == []
    asked = town.twilio.asked.count(LAKESIDE)
    assert asked <= 8 + 3
    # The same provider for another office, and another provider for this office, go on.
    others = await town.text(town.harbor, 5)
    await town.mail(town.lakeside, 0)
    await town.pass_time(timedelta(minutes=1))
    assert sorted(town.twilio.to(HARBOR)) == sorted(others)
    assert [m["to_email"] for m in town.sendgrid.messages] == [outboxes.email(0)]
    # It shows: in the metrics, and to the managers once.
    assert await town.open_breakers() == 'rekindle_breakers_open{provider="twilio"} 1.0'
    [told] = await town.problems(town.lakeside)
    assert "twilio does not answer" in told
    assert await town.problems(town.harbor) == []
    # Half an hour of it: a probe at a time, ever rarer.
    before = town.twilio.asked.count(LAKESIDE)
    await town.pass_time(timedelta(minutes=30))
    assert 1 <= town.twilio.asked.count(LAKESIDE) - before <= 8
    assert len(await town.problems(town.lakeside)) == 1
    # Twilio is back: the next probe finds out, and everybody gets their text once.
    town.twilio.down.clear()
    await town.pass_time(timedelta(minutes=20))
    assert sorted(town.twilio.to(LAKESIDE)) == sorted(waiting)
    assert not (await town.breaker(town.lakeside, "twilio")).open
    assert await town.open_breakers() == ""
    assert await town.problems(town.lakeside) == []


async def test_an_account_that_is_not_let_in_stops_at_once_and_says_so(town: Town) -> None:
    town.twilio.again = fake_twilio.error(401, 20003, "Authenticate")
    town.twilio.down.add(LAKESIDE)
    waiting = await town.text(town.lakeside, 1)
    await town.pass_time(timedelta(seconds=15))
    assert town.twilio.asked.count(LAKESIDE) == 1
    assert (await town.breaker(town.lakeside, "twilio")).open
    waiting += await town.text(town.lakeside, 4, first=1)
    await town.pass_time(timedelta(minutes=4))
    assert town.twilio.asked.count(LAKESIDE) == 1  # nobody hammers at a shut door
    [told] = await town.problems(town.lakeside)
    assert "does not let us in" in told
    town.twilio.down.clear()
    await town.pass_time(timedelta(minutes=10))
    assert sorted(town.twilio.to(LAKESIDE)) == sorted(waiting)
    assert await town.problems(town.lakeside) == []


async def test_a_send_whose_answer_was_lost_in_the_outage_is_looked_up_and_not_sent_again(town: Town) -> None:
    real = town.twilio.fake.create

    def takes_and_fails(form: dict[str, str]) -> Replied:
        real(form)
        return town.twilio.again

    town.twilio.fake.create = takes_and_fails  # type: ignore[method-assign]
    [to] = await town.text(town.lakeside, 1)
    await town.pass_time(timedelta(seconds=15))
    town.twilio.fake.create = real  # type: ignore[method-assign]
    [row] = await town.rows(town.lakeside, "select state from message")
    assert row["state"] == "unknown"
    await town.pass_time(timedelta(minutes=6))
    [row] = await town.rows(town.lakeside, "select state, provider_id from message")
    assert (town.twilio.to(LAKESIDE), row["provider_id"]) == ([to], town.twilio.fake.messages[0]["sid"])
    assert row["state"] in ("accepted", "sent", "delivered")


async def test_without_its_database_the_engine_says_later_to_everybody_and_comes_back_by_itself(
    database_url: str, clock: HandClock, keyring: Keyring
) -> None:
    async with open_database(database_url, patience=0.3) as own, in_town(own, clock, keyring) as town:
        program = {"authorization": f"Bearer {town.made.api_key}"}
        assert (
            await town.web.post("/login", data={"login": town.made.login, "password": town.made.password})
        ).is_redirect
        before = (await town.web.get("/api/v1/leads", headers=program)).json()
        assert (await town.web.get("/leads")).status_code == 200
        database.take_away(database_url)
        try:
            hook = await town.web.post("/hooks/lakeside/form", json=FORM)
            assert (hook.status_code, int(hook.headers["retry-after"]) > 0) == (429, True)
            for path in ("/api/v1/leads", "/", "/leads"):
                away = await town.web.get(path, headers=program)
                assert (path, away.status_code, int(away.headers["retry-after"]) > 0) == (path, 503, True)
                assert "Ada" not in away.text
            assert (await town.web.get("/health/ready")).status_code == 503
            assert (await town.web.get("/health/live")).status_code == 200
        finally:
            database.give_back(database_url)
        await database.back(own)
        assert (await town.web.post("/hooks/lakeside/form", json=FORM)).status_code == 401  # unsigned, as ever
        assert (await town.web.get("/api/v1/leads", headers=program)).json() == before
        assert (await town.web.get("/leads")).status_code == 200
        [to] = await town.text(town.lakeside, 1)
        await town.pass_time(timedelta(seconds=15))
        assert town.twilio.to(LAKESIDE) == [to]
