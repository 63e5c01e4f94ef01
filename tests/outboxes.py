"""An office with leads who may be written to, and what it takes to run its outbox. Shared by slices and crash tests."""

import random
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from rekindle.alerts import wires
from rekindle.decide.words import Channel, Lane, MessageClass
from rekindle.kit.clock import Clock, HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Conn, Db
from rekindle.kit.ids import new_id
from rekindle.kit.limits.in_database import DatabaseLimits
from rekindle.outbox.desk import Desk
from rekindle.outbox.plan import plan
from rekindle.outbox.pump import Outbox
from rekindle.outbox.routes import Route
from rekindle.outbox.types import Terms
from rekindle.providers.ports import Account, Sender
from rekindle.traffic.traffic import Traffic
from tests.carrier import Carrier

KEYRING = Keyring(b"k" * 32)


@dataclass(frozen=True)
class Fixed:
    """Routes of an office that sends everything through one carrier."""

    sender: Sender | None

    async def of(self, office_id: UUID) -> Mapping[Channel, Route]:
        sender = self.sender
        return {c: Route(sender, Account(office_id, sender.name, {})) for c in sender.channels} if sender else {}

    async def named(self, office_id: UUID, provider: str) -> Route | None:
        known = self.sender is not None and self.sender.name == provider
        return Route(self.sender, Account(office_id, provider, {})) if self.sender and known else None


def desk(db: Db, clock: Clock, sender: Sender, **terms: Any) -> Desk:
    return Desk(
        db=db,
        keyring=KEYRING,
        clock=clock,
        chance=random.Random(7).random,  # noqa: S311 spreads retries, keeps no secret
        routes=Fixed(sender),
        traffic=Traffic(db, DatabaseLimits(db), clock),
        tell=wires.of_breakers(db, clock),
        base_url="https://lakeside.example",
        terms=Terms(**terms),
    )


@dataclass
class World:
    """One office, one lead called Ada, one carrier."""

    db: Db
    office_id: UUID
    ada: UUID
    clock: HandClock
    carrier: Carrier
    desk: Desk

    def office(self) -> AbstractAsyncContextManager[Conn]:
        return self.db.office(self.office_id)

    async def plan(self, **more: Any) -> str:
        """A text to Ada, due now; its key."""
        made: dict[str, Any] = {"at": self.clock.now(), "address": phone(0)} | more
        return await planned(self.db, self.office_id, self.ada, **made)

    async def drain(self) -> int:
        return await Outbox(self.desk).drain()

    async def message(self, key: str) -> Mapping[str, Any]:
        return await message(self.db, self.office_id, key)

    async def story(self) -> list[str]:
        return await story(self.db, self.office_id, self.ada)


async def world(db: Db, office_id: UUID, clock: HandClock, path: Path, **terms: Any) -> World:
    [ada] = await leads(db, office_id, 1, at=clock.now())
    carrier = Carrier(path)
    return World(db, office_id, ada, clock, carrier, desk(db, clock, carrier, **terms))


async def leads(db: Db, office_id: UUID, count: int, *, at: datetime, first: int = 0) -> list[UUID]:
    """People who asked a minute ago and agreed to texts and e-mails: lead n has `phone(n)` and `email(n)`."""
    ids = [new_id() for _ in range(count)]
    people = range(first, first + count)
    async with db.office(office_id) as conn:
        await conn.execute(
            """
            insert into lead (office_id, id, created_at, updated_at, name, first_name, last_name, kind, stage, source,
              state, enquired_at)
            select %(office)s, id, %(at)s, %(at)s, 'Ada Lane', 'Ada', 'Lane', 'buyer', 'new', 'test', 'IL', %(asked)s
            from unnest(%(ids)s::uuid[]) as t(id)
            """,
            {"office": office_id, "ids": ids, "at": at, "asked": at - timedelta(minutes=1)},
        )
        points = {"phone": [phone(n) for n in people], "email": [email(n) for n in people]}
        for kind, values in points.items():
            channel, basis = ("sms", "written") if kind == "phone" else ("email", "inquiry")
            await conn.execute(
                """
                with point as (
                  insert into contact_point (office_id, kind, value, lead_id, raw, created_at)
                  select %(office)s, %(kind)s, value, lead, value, %(at)s
                  from unnest(%(values)s::text[], %(ids)s::uuid[]) as t(value, lead)
                  on conflict do nothing)
                insert into consent_state (office_id, channel, address, granted, basis, at, consent_id, evidence_hash)
                select %(office)s, %(channel)s, value, true, %(basis)s, %(at)s, gen_random_uuid(), ''
                from unnest(%(values)s::text[]) as t(value)
                on conflict do nothing
                """,
                {
                    "office": office_id,
                    "kind": kind,
                    "channel": channel,
                    "basis": basis,
                    "values": values,
                    "ids": ids,
                    "at": at - timedelta(minutes=1),
                },
            )
    return ids


PHONES = 1_000  # fictional numbers there are


def phone(n: int) -> str:
    """A fictional Illinois number: 555-0100 to 555-0199 in each of its area codes."""
    areas = ("217", "309", "312", "618", "630", "708", "773", "815", "847", "224")
    return f"+1{areas[n // 100 % len(areas)]}55501{n % 100:02d}"


def email(n: int) -> str:
    return f"ada{n}@people.example"


async def planned(
    db: Db,
    office_id: UUID,
    lead_id: UUID,
    *,
    at: datetime,
    address: str,
    lane: Lane = Lane.STEP,
    message_class: MessageClass = MessageClass.MARKETING,
    **more: Any,
) -> str:
    """Plan one message; its key."""
    made: dict[str, Any] = {
        "key": f"test:{new_id()}",
        "due_at": at,
        "expires_at": at + timedelta(days=3),
        "step": "new-buyer/hello",
    }
    made |= more
    async with db.office(office_id) as conn:
        assert await plan(
            conn,
            office_id,
            lead_id=lead_id,
            channel=Channel.EMAIL if "@" in address else Channel.SMS,
            address=address,
            message_class=message_class,
            lane=lane,
            subject="Hello" if "@" in address else None,
            body="Hello Ada, still looking?",
            at=at,
            **made,
        )
    return str(made["key"])


async def many_planned(
    db: Db, office_id: UUID, lead_ids: list[UUID], *, at: datetime, lane: Lane = Lane.BULK
) -> list[str]:
    """One e-mail to each lead, all due now; their keys."""
    keys = [f"test:{new_id()}" for _ in lead_ids]
    async with db.office(office_id) as conn:
        await conn.execute(
            """
            insert into message (office_id, id, lead_id, direction, channel, address, class, lane, state,
              subject, body, created_at, due_at, key, step)
            select %(office)s, gen_random_uuid(), lead, 'out', 'email', 'ada' || n - 1 || '@people.example',
              'marketing', %(lane)s, 'planned', 'Hello', 'Still looking?', %(at)s,
              %(at)s + n * interval '1 microsecond', key, 'bulk/hello'
            from unnest(%(leads)s::uuid[], %(keys)s::text[]) with ordinality as t(lead, key, n)
            """,
            {"office": office_id, "leads": lead_ids, "keys": keys, "at": at - timedelta(seconds=1), "lane": int(lane)},
        )
    return keys


async def message(db: Db, office_id: UUID, key: str) -> Mapping[str, Any]:
    async with db.office(office_id) as conn:
        row = await (await conn.execute("select * from message where key = %s", (key,))).fetchone()
    assert row is not None
    return row


async def states(db: Db, office_id: UUID) -> dict[str, int]:
    async with db.office(office_id) as conn:
        cursor = await conn.execute("select state, count(*) as n from message where direction = 'out' group by state")
        return {row["state"]: row["n"] for row in await cursor.fetchall()}


async def story(db: Db, office_id: UUID, lead_id: UUID) -> list[str]:
    """The kinds of a lead's timeline, oldest first."""
    async with db.office(office_id) as conn:
        cursor = await conn.execute("select kind from timeline where lead_id = %s order by at, id", (lead_id,))
        return [row["kind"] for row in await cursor.fetchall()]
