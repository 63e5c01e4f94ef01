"""Where windows are counted: in the Redis of REDIS_URL while it answers, in the database otherwise."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rekindle.kit import log
from rekindle.kit.db import Db
from rekindle.kit.limits import Granted, Limits, in_redis
from rekindle.kit.limits.in_database import DatabaseLimits
from rekindle.kit.limits.in_redis import RedisAwayError
from rekindle.kit.settings import Settings

AGAIN = timedelta(seconds=5)  # how long a Redis that failed is left alone

logger = log.get("limits")


@dataclass
class SpareLimits:
    """The first counter while it answers, the second meanwhile.

    Around an outage a window may be counted twice, half here and half there; each never grants more than it holds.
    """

    first: Limits
    second: Limits
    away_until: datetime | None = field(default=None, init=False)

    async def take(self, key: str, *, count: int, seconds: int, want: int, at: datetime) -> Granted:
        """As Limits."""
        if self.away_until is None or at >= self.away_until:
            try:
                taken = await self.first.take(key, count=count, seconds=seconds, want=want, at=at)
            except RedisAwayError as error:
                if self.away_until is None:
                    logger.warning("Redis is away, limits are counted in the database", error=str(error))
                self.away_until = at + AGAIN
            else:
                if self.away_until is not None:
                    logger.warning("Redis is back, limits are counted there")
                self.away_until = None
                return taken
        return await self.second.take(key, count=count, seconds=seconds, want=want, at=at)


@asynccontextmanager
async def limits(settings: Settings, db: Db) -> AsyncIterator[Limits]:
    """The installation's counters, for the life of a process."""
    if settings.redis_url is None:
        yield DatabaseLimits(db)
        return
    async with in_redis.connect(settings.redis_url) as first:
        yield SpareLimits(first, DatabaseLimits(db))
