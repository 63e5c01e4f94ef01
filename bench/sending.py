"""Messages a worker hands over per second: to the sandbox over HTTP, and to nobody, which is the engine's own share."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from bench.ingest import bodies
from bench.latency import calm
from bench.place import Place, fresh, wait_for
from rekindle import main
from rekindle.cli.context import Opened, pick_office
from rekindle.cli.pumps import pumps
from rekindle.decide.words import Channel
from rekindle.inbox.receive import Arrival, receive_many
from rekindle.kit import db as kit_db
from rekindle.kit import keys, settings
from rekindle.kit.clock import SystemClock
from rekindle.kit.ids import new_id
from rekindle.kit.limits.choose import limits
from rekindle.kit.postgres import wheel_binaries
from rekindle.kit.postgres_place import locate
from rekindle.kit.pump import Pump
from rekindle.outbox.pump import Outbox
from rekindle.providers.ports import Accepted, Account, CannotTell, Limit, Outgoing

MESSAGES = 2_000
CHUNK = 500
NOON_UTC = 18  # inside contact hours in every zone of the leads


@dataclass(frozen=True)
class Noon:
    """The system's clock, moved so that it is noon in Chicago when the bench begins: at night nothing is sent."""

    ahead: timedelta

    @classmethod
    def now_is(cls) -> "Noon":
        at = SystemClock().now()
        return cls(at.replace(hour=NOON_UTC, minute=0) - at)

    def now(self) -> datetime:
        return SystemClock().now() + self.ahead


class Nobody:
    """Takes every message at once, without a wire."""

    name = "sandbox"
    channels = frozenset({Channel.SMS, Channel.EMAIL})

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 as Sender
        """None."""
        return ()

    async def send(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Accepted:  # noqa: ARG002 as Sender
        """Accepted."""
        return Accepted(str(new_id()))

    async def find(self, outgoing: Outgoing, account: Account, *, deadline: float) -> CannotTell:  # noqa: ARG002 as Sender
        """Nothing was kept."""
        return CannotTell()


def measure(messages: int = MESSAGES) -> dict[str, Any]:
    """Sends/s of one worker and ms of its CPU a send; `ratio` is what the wire and the sandbox leave of it."""
    with fresh() as place, calm(place):
        nobody = asyncio.run(_run(place, messages, start=0, nobody=True))
        wait_for(f"http://127.0.0.1:{place.environ['REKINDLE_SANDBOX_PORT']}/health")
        sandbox = asyncio.run(_run(place, messages, start=messages, nobody=False))
    return {
        "messages": messages,
        "to_nobody": nobody,
        "to_the_sandbox": sandbox,
        "ratio": round(sandbox["sends_per_second"] / nobody["sends_per_second"], 2),
    }


async def _run(place: Place, messages: int, *, start: int, nobody: bool) -> dict[str, float]:
    async with _worker(place, nobody=nobody) as opened, limits(opened.settings, opened.db) as shared:
        turning = pumps(opened, shared).all
        office_id = await pick_office(opened.db, None)
        await _arrive(place, opened, office_id, messages, start)
        queues = {pump.name: pump for pump in turning if isinstance(pump, Pump)}
        for name in ("inbox", "consideration"):
            while await queues[name].once():
                pass
        outbox = next(pump for pump in turning if isinstance(pump, Outbox))
        began, burnt = time.perf_counter(), time.process_time()
        handled = await outbox.drain()
        took, cpu = time.perf_counter() - began, time.process_time() - burnt
    sent = _accepted(place) - start
    return {
        "handled": handled,
        "accepted": sent,
        "sends_per_second": round(sent / took, 1),
        "cpu_ms_a_send": round(cpu / max(sent, 1) * 1000, 2),
    }


@asynccontextmanager
async def _worker(place: Place, *, nobody: bool) -> AsyncIterator[Opened]:
    chosen = settings.read(place.environ)
    ring, url = keys.keyring(chosen), locate(place.home, wheel_binaries(), None).url()
    async with kit_db.connect(url, size=16) as db, main.providers(chosen, ring, db) as wired:
        providers = replace(wired, sandbox=Nobody()) if nobody else wired
        yield Opened(db, chosen, ring, Noon.now_is(), providers, url)


async def _arrive(place: Place, opened: Opened, office_id: UUID, messages: int, start: int) -> None:
    """New leads who may be texted, each of whom gets a first touch."""
    given = [request.partition(b"\r\n\r\n")[2] for request in bodies(place, messages, start=start)]
    for first in range(0, messages, CHUNK):
        arrivals = [
            Arrival(office_id, "form", f"msg_{new_id()}", "application/json", body)
            for body in given[first : first + CHUNK]
        ]
        async with opened.db.office(office_id) as conn:
            await receive_many(conn, office_id, arrivals, at=opened.clock.now())


def _accepted(place: Place) -> int:
    with psycopg.connect(locate(place.home, wheel_binaries(), None).url()) as conn:
        row = conn.execute("select count(*) from message where accepted_at is not null").fetchone()
    return int(row[0]) if row else 0


if __name__ == "__main__":
    print(json.dumps(measure()))
