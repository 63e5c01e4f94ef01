"""The demo feed: invented people fill in the office's form, at the pace of a busy morning."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import orjson

from rekindle.kit import log
from rekindle.providers import standard_webhooks
from rekindle.providers.sandbox import people, store
from rekindle.providers.sandbox.chance import between, draw
from rekindle.providers.sandbox.directory import SandboxOffice
from rekindle.providers.sandbox.http import Sandbox
from rekindle.providers.sandbox.lines import AwayError, Lines

BURST = 10
IN_THE_BURST = (1.0, 5.0)  # seconds between two enquiries
AFTERWARDS = (10.0, 25.0)
DEADLINE = 10.0
FIRST_WAIT = 0.5
LONGEST_WAIT = 10.0
# The engine will never take this body: going on is all that is left.
HOPELESS = frozenset({400, 413, 415, 422})

logger = log.get("sandbox")


@dataclass(frozen=True)
class Feed:
    """Feeds one office up to `count` leads; how far it got is kept, so a restart goes on and never starts over."""

    sandbox: Sandbox
    lines: Lines
    count: int
    office: str | None = None  # a slug; the first office when None

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` or until all have asked."""
        if not self.count or (office := await self._first_office(stop)) is None:
            return
        key = str(office.office_id)
        sent = await self.sandbox.ledger.read(lambda conn: store.fed(conn, key))
        for n in range(sent, self.count):
            if await _stopped(stop, self._pause(n)) or not await self._ask(office, n, stop):
                return
            await self.sandbox.ledger.write(lambda conn, n=n: store.put_fed(conn, key, n + 1))  # type: ignore[misc]

    def _pause(self, n: int) -> float:
        low, high = IN_THE_BURST if n < BURST else AFTERWARDS
        rules = self.sandbox.rules
        return between(low, high, draw(rules.seed, "pause", n)) / rules.speed

    async def _first_office(self, stop: asyncio.Event) -> SandboxOffice | None:
        while not stop.is_set():
            for office in await self.sandbox.directory.every():
                if self.office in {None, office.slug}:
                    return office
            await _stopped(stop, 1.0)
        return None

    async def _ask(self, office: SandboxOffice, n: int, stop: asyncio.Event) -> bool:
        """Post the n-th enquiry until it is taken; False when stopped before."""
        seed = self.sandbox.rules.seed
        name = office.name or office.slug.replace("-", " ").title()
        at = self.sandbox.clock.now()
        body = orjson.dumps(people.enquiry(seed, n, office=name, at=at.isoformat()))
        wait = FIRST_WAIT
        while not await self._post(office, f"feed-{seed}-{n:05d}", body):
            if await _stopped(stop, wait):
                return False
            wait = min(2 * wait, LONGEST_WAIT)
        return True

    async def _post(self, office: SandboxOffice, event_id: str, body: bytes) -> bool:
        now = self.sandbox.clock.now()
        signed = standard_webhooks.sign(body, event_id=event_id, at=now, secret=office.form_secret)
        headers = {**signed, "content-type": "application/json"}
        try:
            path = f"/hooks/{office.slug}/form"
            answer = await self.lines.request("POST", path, headers=headers, body=body, deadline=DEADLINE)
        except AwayError:
            return False
        if not answer.good:
            logger.warning("feed not taken", office=office.slug, status=answer.status)
        return answer.good or answer.status in HOPELESS


async def _stopped(stop: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
    return stop.is_set()
