"""The way out to providers: one breaker for each office and provider, and limits that all processes share."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.kit import log
from rekindle.kit.clock import Clock
from rekindle.kit.db import Db, Unavailable
from rekindle.kit.limits import Limits
from rekindle.kit.limits.blocks import Blocks
from rekindle.providers.ports import Fault, Limit
from rekindle.traffic import breaker, store
from rekindle.traffic.types import Breaker, Terms

FRESH = timedelta(seconds=1)  # how old a breaker read from the database may be

logger = log.get("traffic")


class PausedError(Exception):
    """Not now: nothing was asked of the provider. `why` is for people."""

    def __init__(self, until: datetime, why: str) -> None:
        super().__init__(f"not before {until:%H:%M:%S}: {why}")
        self.until = until
        self.why = why


@dataclass(frozen=True)
class Change:
    """A breaker opened or closed just now, and by this call. `until`: when it is tried again."""

    opened: bool
    why: str
    until: datetime | None
    fault: Fault | None


@dataclass(frozen=True)
class _Known:
    breaker: Breaker
    read_at: datetime


class Traffic:
    """One a process. `enter` before a call to a provider, `leave` after it, whatever came of it."""

    def __init__(self, db: Db, limits: Limits, clock: Clock, *, terms: Terms = breaker.TERMS) -> None:
        self._db = db
        self._blocks = Blocks(limits)
        self._clock = clock
        self._terms = terms
        self._known: dict[tuple[UUID, str], _Known] = {}
        self._used_up: dict[tuple[UUID | None, str, str], datetime] = {}
        self._reading: defaultdict[tuple[UUID, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    def paused_until(self, office_id: UUID, provider: str, limits: tuple[Limit, ...] = ()) -> datetime | None:
        """Until when calls that count against `limits` would be refused, as far as this process knows; asks nobody."""
        at = self._clock.now()
        known = self._known.get((office_id, provider))
        times = [self._used_up.get((_whose(limit, office_id), provider, limit.name)) for limit in limits]
        if known is not None:
            times.append(known.breaker.closed_until(at))
            if known.breaker.open and known.breaker.probing(at):
                times.append(known.read_at + self._terms.look)
        return max((time for time in times if time is not None and time > at), default=None)

    async def look(self, office_id: UUID, provider: str) -> None:
        """Look anew at a breaker known to be in trouble: a person may have mended it. Else, and mostly, asks nobody.

        Raises kit.db.Unavailable. Not to be called inside a transaction.
        """
        if self.paused_until(office_id, provider) is not None and (office_id, provider) in self._known:
            await self._read(office_id, provider, self._clock.now())

    async def enter(self, office_id: UUID, provider: str, limits: tuple[Limit, ...]) -> None:
        """Raises PausedError when the breaker is open, a pause was asked for or a limit is used up; counts one call.

        Raises kit.db.Unavailable when that cannot be known. Not to be called inside a transaction.
        """
        at = self._clock.now()
        known = await self._read(office_id, provider, at)
        if (until := known.closed_until(at)) is not None:
            raise PausedError(until, known.reason)
        if known.open and known.probing(at):
            raise PausedError(at + self._terms.look, known.reason)
        for limit in limits:
            await self._spend(office_id, provider, limit, at)
        if known.open:
            await self._probe(office_id, provider, at)

    async def leave(
        self, office_id: UUID, provider: str, fault: Fault | None, retry_after: float | None = None, text: str = ""
    ) -> Change | None:
        """Say how the call went; None fault: it worked. A Change when the breaker opened or closed by it.

        A database that is away loses this word and raises nothing: what was sent must still be settled as sent.
        """
        at = self._clock.now()
        known = self._known.get((office_id, provider))
        if (fault is None or fault is Fault.MESSAGE) and known is not None and known.breaker.clean:
            return None
        try:
            async with self._db.office(office_id) as conn:
                before, now = await breaker.record(
                    conn, office_id, provider, fault, retry_after=retry_after, text=text, at=at, terms=self._terms
                )
        except Unavailable as error:
            logger.warning("a breaker was not written", provider=provider, error=type(error).__name__)
            return None
        self._known[office_id, provider] = _Known(now, at)
        if before.open == now.open:
            return None
        why = now.reason if now.open else before.reason
        logger.warning("breaker opened" if now.open else "breaker closed", office_id=str(office_id), provider=provider)
        return Change(now.open, why, now.retry_at if now.open else None, fault)

    async def _read(self, office_id: UUID, provider: str, at: datetime) -> Breaker:
        async with self._reading[office_id, provider]:
            known = self._known.get((office_id, provider))
            if known is not None and timedelta(0) <= at - known.read_at < FRESH:
                return known.breaker
            async with self._db.office(office_id) as conn:
                read = await store.read(conn, office_id, provider)
            self._known[office_id, provider] = _Known(read, at)
            return read

    async def _spend(self, office_id: UUID, provider: str, limit: Limit, at: datetime) -> None:
        whose = _whose(limit, office_id)
        key = f"out:{provider}:{limit.name}:{whose or 'app'}"
        wait = await self._blocks.spend(key, count=limit.count, seconds=limit.seconds, at=at)
        if wait is not None:
            until = at + timedelta(seconds=wait)
            self._used_up[whose, provider, limit.name] = until
            raise PausedError(until, f"{limit.count} calls in {limit.seconds} s are used up ({limit.name})")

    async def _probe(self, office_id: UUID, provider: str, at: datetime) -> None:
        until = at + self._terms.probe
        async with self._db.office(office_id) as conn:
            mine = await store.claim_probe(conn, office_id, provider, at=at, until=until)
            now = mine or await store.read(conn, office_id, provider)
        self._known[office_id, provider] = _Known(now, at)
        if mine is None and (now.open or now.closed_until(at)):
            raise PausedError(now.closed_until(at) or at + self._terms.look, now.reason)


def _whose(limit: Limit, office_id: UUID) -> UUID | None:
    return None if limit.app else office_id
