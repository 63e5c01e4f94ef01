"""Windows counted in a Redis (or Valkey): no row to lock, and gone by themselves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from rekindle.kit.limits import Granted, granted, starts_at

PATIENCE = 0.5  # seconds; a counter that answers later than the database would is no help
SPARE = 60  # seconds that a counter outlives its window, for hosts whose clocks are behind
# Counting and expiry in one step: a counter without an expiry would bar its key for ever.
COUNT = """
local spent = redis.call('INCRBY', KEYS[1], ARGV[1])
if spent == tonumber(ARGV[1]) then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return spent
"""


class RedisAwayError(Exception):
    """The Redis did not answer, or not sanely; whether it counted is unknown, which can only grant less."""


@dataclass(frozen=True)
class RedisLimits:
    """One key a window."""

    redis: Redis

    async def take(self, key: str, *, count: int, seconds: int, want: int, at: datetime) -> Granted:
        """As Limits; raises RedisAwayError."""
        began = starts_at(at, seconds)
        name = f"rekindle:limit:{key}/{seconds}:{began}"
        try:
            spent = int(await self.redis.eval(COUNT, 1, name, str(want), str(seconds + SPARE)))
        except (RedisError, OSError, TimeoutError, ValueError) as error:
            raise RedisAwayError(type(error).__name__) from error
        return granted(spent=spent, want=want, count=count, ends_at=began + seconds, at=at)


@asynccontextmanager
async def connect(url: str) -> AsyncIterator[RedisLimits]:
    """RedisLimits on `url`; connects at the first use, so that a Redis that is away stops nothing."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=16,
        timeout=PATIENCE,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
    redis = Redis.from_pool(pool)
    try:
        yield RedisLimits(redis)
    finally:
        await redis.aclose()
