"""Live is the process, ready is the work, deep are the providers; numbers for operators only."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from rekindle.connections.connect import connect
from rekindle.decide.words import Channel
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.kit.ids import new_id
from rekindle.kit.schedule import store as schedule
from rekindle.providers.ports import (
    Accepted,
    Account,
    CannotTell,
    Found,
    Limit,
    Missing,
    Outgoing,
    Providers,
    SendUncertainError,
)
from tests.slices.brook import TOKEN, Brook, bad, creek
from tests.slices.webkit import online

GIVEN = {"brook": {"token": TOKEN, "location": "loc-1"}, "creek": {"key": TOKEN}}


class Wire:
    """The sandbox's sender: it answers questions, or does not."""

    name = "sandbox"
    channels = frozenset(Channel)

    def __init__(self, *, answers: bool) -> None:
        self.answers = answers

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 the port's
        raise AssertionError("a health check must not send")

    async def send(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Accepted:  # noqa: ARG002
        raise AssertionError("a health check must not send")

    async def find(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Found | Missing | CannotTell:  # noqa: ARG002
        assert outgoing.office_id == UUID(int=0)
        assert deadline > 0
        if not self.answers:
            raise SendUncertainError("no route")
        return Missing()


async def beat(db: Db, clock: HandClock, kind: str = "work") -> None:
    async with db.plain() as conn:
        await schedule.beat(conn, new_id(), kind=kind, host="h", pid=1, version="1", at=clock.now())


async def test_live_and_ready(db: Db, keyring: Keyring, clock: HandClock) -> None:
    async with online(db, keyring, clock, peer="192.0.2.9") as site:
        assert (await site.web.get("/health/live")).json() == {"status": "live"}
        idle = await site.web.get("/health/ready")
        assert (idle.status_code, idle.json()["failing"]) == (503, ["worker"])
        assert idle.json()["checks"]["worker"] == "none is running"
        await beat(db, clock, "web")  # a web process is no worker
        assert (await site.web.get("/health/ready")).status_code == 503
        await beat(db, clock)
        ready = await site.web.get("/health/ready")
        assert (ready.status_code, ready.json()["status"], ready.json()["failing"]) == (200, "ready", [])
        clock.advance(timedelta(seconds=31))
        stale = await site.web.get("/health/ready")
        assert (stale.status_code, stale.json()["checks"]["worker"]) == (503, "last heard of 31 s ago")


async def test_ready_names_migrations_and_database(
    db: Db, keyring: Keyring, clock: HandClock, database_url: str
) -> None:
    async with online(db, keyring, clock) as site:
        await beat(db, clock)
        with psycopg.connect(database_url) as conn:
            conn.execute("update alembic_version set version_num = '0000'")
        behind = await site.web.get("/health/ready")
        assert (behind.status_code, behind.json()["failing"]) == (503, ["migrations"])
        await db.pool.close()
        away = await site.web.get("/health/ready")
        assert (away.status_code, away.json()["failing"][0]) == (503, "database")
        assert (await site.web.get("/health/live")).status_code == 200


async def test_deep_asks_every_provider_and_names_the_silent(db: Db, keyring: Keyring, clock: HandClock) -> None:
    plugs = {"brook": Brook(), "creek": creek()}
    async with online(db, keyring, clock, providers=Providers(plugs=plugs, sandbox=Wire(answers=True))) as site:
        nobody = await site.web.get("/health/deep")
        assert (nobody.status_code, nobody.json()["providers"]) == (200, {"sandbox": {"answers": True, "why": ""}})

        async with db.office(site.made.office_id) as conn:
            for plug in plugs.values():
                await connect(conn, site.made.office_id, keyring, plug, GIVEN[plug.provider], at=clock.now())
        clock.advance(timedelta(seconds=5))  # accounts are remembered for so long
        plugs["creek"].checks = bad
        answer = await site.web.get("/health/deep")
        assert (answer.status_code, answer.json()["failing"]) == (503, ["harbor/creek"])
        told = answer.json()["providers"]
        assert told["harbor/brook"]["answers"] is True
        assert told["harbor/creek"]["why"] == "Brook says the token is wrong."
        assert told.keys() == {"sandbox", "harbor/brook", "harbor/creek"}
        assert TOKEN not in answer.text


async def test_deep_names_a_sandbox_that_is_silent(db: Db, keyring: Keyring, clock: HandClock) -> None:
    async with online(db, keyring, clock, providers=Providers(sandbox=Wire(answers=False))) as site:
        answer = await site.web.get("/health/deep")
        assert (answer.status_code, answer.json()["failing"]) == (503, ["sandbox"])
        assert answer.json()["providers"]["sandbox"]["why"] == "SendUncertain"


async def test_metrics_show_the_engines_state(db: Db, keyring: Keyring, clock: HandClock) -> None:
    async with online(db, keyring, clock) as site:
        await site.hook()
        clock.advance(timedelta(seconds=20))
        page = (await site.web.get("/metrics")).text
        assert 'rekindle_inbox_events{state="due"} 1.0' in page
        assert 'rekindle_inbox_events{state="dead"} 0.0' in page
        assert "rekindle_inbox_oldest_seconds 20.0" in page
        assert 'rekindle_outbox_messages{state="planned"} 0.0' in page
        assert 'rekindle_first_touch_seconds_last_hour{le="+Inf"} 0.0' in page
        assert 'rekindle_hooks_total{outcome="stored",source="form"}' in page


async def test_the_database_is_asked_once_in_five_seconds(db: Db, keyring: Keyring, clock: HandClock) -> None:
    async with online(db, keyring, clock) as site:
        assert 'rekindle_inbox_events{state="due"} 0.0' in (await site.web.get("/metrics")).text
        await site.hook()
        assert 'rekindle_inbox_events{state="due"} 0.0' in (await site.web.get("/metrics")).text
        clock.advance(timedelta(seconds=5))
        assert 'rekindle_inbox_events{state="due"} 1.0' in (await site.web.get("/metrics")).text


@pytest.mark.parametrize("path", ["/metrics", "/health/deep"])
async def test_numbers_are_for_this_machine_or_for_the_token(
    db: Db, keyring: Keyring, clock: HandClock, path: str
) -> None:
    async with online(db, keyring, clock) as site:
        assert (await site.web.get(path)).status_code == 200
        behind_proxy = await site.web.get(path, headers={"x-forwarded-for": "127.0.0.1"})
        assert behind_proxy.status_code == 401


@pytest.mark.parametrize("path", ["/metrics", "/health/deep"])
async def test_a_token_once_set_is_always_asked_for(db: Db, keyring: Keyring, clock: HandClock, path: str) -> None:
    async with online(db, keyring, clock, REKINDLE_METRICS_TOKEN="scrape-me") as site:
        assert (await site.web.get(path)).status_code == 401
        assert (await site.web.get(path, headers={"authorization": "Bearer scrape"})).status_code == 401
        assert (await site.web.get(path, headers={"authorization": "Bearer scrape-me"})).status_code == 200
