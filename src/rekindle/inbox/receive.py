"""Take raw events in: durable before the answer, many to a transaction when many come at once.

Natural batching: a flusher that becomes free takes whatever queued meanwhile. A lone event waits for nothing, a flood
shares one commit, and no timer is involved.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from types import TracebackType
from typing import Self
from uuid import UUID

from rekindle.inbox import store
from rekindle.inbox.types import Arrival, Stored
from rekindle.kit import log
from rekindle.kit.clock import Clock
from rekindle.kit.db import Conn, Db, Unavailable, enter_office

__all__ = ["Arrival", "FullError", "Receiver", "Stored", "receive_many"]

logger = log.get("inbox")

BATCH = 256
WAITING = 4096
FLUSHERS = 2


class FullError(Exception):
    """More is coming than can be stored: the sender should come again in a moment."""


Waiting = tuple[Arrival, "asyncio.Future[Stored]"]


@dataclass
class Receiver:
    """Batches events of all offices of one process; use it as a context manager."""

    db: Db
    clock: Clock
    waiting: int = WAITING
    flushers: int = FLUSHERS
    _queue: asyncio.Queue[Waiting] = field(init=False)
    _tasks: list[asyncio.Task[None]] = field(init=False, default_factory=list)

    async def __aenter__(self) -> Self:
        self._queue = asyncio.Queue(self.waiting)
        self._tasks = [asyncio.create_task(self._flush_forever()) for _ in range(self.flushers)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Everything that was taken is stored before this returns."""
        await self._queue.join()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def receive(self, arrival: Arrival) -> Stored:
        """Returns when the event is durable; raises FullError at once, or what kept this event from being stored."""
        answer: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait((arrival, answer))
        except asyncio.QueueFull:
            raise FullError from None
        return await answer

    async def _flush_forever(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                await self._flush(batch)
            finally:
                for _ in batch:
                    self._queue.task_done()

    async def _flush(self, batch: list[Waiting]) -> None:
        """Store a batch together; if it fails for a reason of its own, each alone, so that none fails another."""
        try:
            answers = await self._store([arrival for arrival, _ in batch])
        except Unavailable as error:
            for _, answer in batch:
                _refuse(answer, error)
        except Exception as error:
            if len(batch) == 1:
                logger.exception("event not stored", source=batch[0][0].source, error=type(error).__name__)
                _refuse(batch[0][1], error)
                return
            for waiting in batch:
                await self._flush([waiting])
        else:
            for (_, answer), stored in zip(batch, answers, strict=True):
                if not answer.done():
                    answer.set_result(stored)

    async def _store(self, arrivals: list[Arrival]) -> list[Stored]:
        """One transaction for all, entering each office in turn, always in one order."""
        at = self.clock.now()
        order = sorted(range(len(arrivals)), key=lambda i: arrivals[i].office_id)
        answers: dict[int, Stored] = {}
        async with self.db.plain() as conn:
            for office_id, places in groupby(order, key=lambda i: arrivals[i].office_id):
                mine = list(places)
                await enter_office(conn, office_id)
                answers |= zip(
                    mine, await store.insert(conn, office_id, [arrivals[i] for i in mine], at=at), strict=True
                )
            if not all(stored.duplicate for stored in answers.values()):
                await store.hint(conn)
        return [answers[i] for i in range(len(arrivals))]


async def receive_many(conn: Conn, office_id: UUID, arrivals: list[Arrival], *, at: datetime) -> list[Stored]:
    """Store many events in the caller's transaction: files, chunk by chunk."""
    answers = await store.insert(conn, office_id, arrivals, at=at)
    await store.hint(conn)
    return answers


def _refuse(answer: asyncio.Future[Stored], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
