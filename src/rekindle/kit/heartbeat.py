"""A process says that it is alive, and goodbye when it leaves."""

import asyncio
import os
import socket
from importlib.metadata import version

from rekindle.kit.clock import Clock
from rekindle.kit.db import Db, Unavailable
from rekindle.kit.ids import new_id
from rekindle.kit.schedule import store

SECONDS = 5.0


async def beat(db: Db, kind: str, clock: Clock, stop: asyncio.Event) -> None:
    """Until `stop`, keep this process's row in `worker` fresh; an outage of the database is waited out."""
    worker = new_id()
    while not stop.is_set():
        try:
            async with db.plain() as conn:
                await store.beat(
                    conn, worker, kind=kind, host=socket.gethostname(), pid=os.getpid(),
                    version=version("rekindle"), at=clock.now(),
                )  # fmt: skip
        except Unavailable:
            pass  # readiness turns red by the missing beat; nothing else to do here
        try:
            await asyncio.wait_for(stop.wait(), SECONDS)
        except TimeoutError:
            continue
    async with db.plain() as conn:
        await store.leave(conn, worker)
