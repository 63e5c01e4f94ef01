"""Keep the wire busy: many messages at once, the urgent ones never behind the others.

Half of the slots are closed to steps and bulk, so a first touch finds one free however much bulk is waiting; and
every slot, each time it frees, looks at the higher lanes first. Offices take turns, one message each.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from uuid import UUID

from rekindle.decide.words import Lane
from rekindle.kit import log
from rekindle.kit.db import Unavailable
from rekindle.kit.pump import Pump
from rekindle.outbox import store
from rekindle.outbox.claim import Ready, take
from rekindle.outbox.desk import Desk
from rekindle.outbox.send import send

logger = log.get("outbox")

URGENT = Lane.REPLY  # the lowest lane that may use every slot


@dataclass
class Outbox:
    """The pump of one process; any number of processes may run one."""

    desk: Desk
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _queues: dict[Lane, OrderedDict[UUID, None]] = field(
        default_factory=lambda: {URGENT: OrderedDict(), Lane.BULK: OrderedDict()}
    )
    _busy: dict[Lane, int] = field(default_factory=lambda: {URGENT: 0, Lane.BULK: 0})
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _open: bool = True
    handled: int = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then what is on the wire is settled before this returns."""
        try:
            await Pump("outbox", self._tick, wake=self.wake).run(stop)
        finally:
            self._open = False
            await asyncio.gather(*self._running, return_exceptions=True)

    async def drain(self) -> int:
        """Send what is due now, until a whole look round finds nothing free to send; how many were handled."""
        begun = self.handled
        while True:
            before = self.handled
            await self._tick()
            while self._running:
                await asyncio.gather(*self._running)
            if self.handled == before:
                return self.handled - begun

    async def _tick(self) -> int:
        async with self.desk.db.plain() as conn:
            for lowest, name in ((URGENT, "urgent"), (Lane.BULK, "outbox")):
                offices = await store.due_offices(conn, name, self.desk.clock.now())
                self._queues[lowest].update(dict.fromkeys(offices))
        self._fill()
        return 0  # what was started calls for more by itself

    def _fill(self) -> None:
        for lowest, queue in self._queues.items():
            while queue and self._free(lowest):
                office_id, _ = queue.popitem(last=False)
                self._busy[lowest] += 1
                task = asyncio.create_task(self._one(office_id, lowest))
                self._running.add(task)
                task.add_done_callback(self._ended)

    def _free(self, lowest: Lane) -> bool:
        slots = self.desk.terms.slots
        if not self._open or sum(self._busy.values()) >= slots:
            return False
        return lowest is URGENT or self._busy[lowest] < max(slots // 2, 1)

    async def _one(self, office_id: UUID, lowest: Lane) -> None:
        """One message of one office; where one was, there may be more."""
        try:
            taken = await take(self.desk, office_id, lowest=lowest)
            if taken is None:
                return
            self.handled += 1
            self._queues[lowest][office_id] = None
            if isinstance(taken, Ready):
                self._fill()
                await send(self.desk, taken)
        except Unavailable as error:
            logger.warning("database away", where="outbox", error=type(error).__name__)
        finally:
            self._busy[lowest] -= 1
            self._fill()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Its message is in flight with a lease: reconcile finds it. The next one is another task.
            logger.error("outbox task broke", error=type(error).__name__)
