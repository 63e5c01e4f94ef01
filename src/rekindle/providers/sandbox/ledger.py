"""One writer thread in front of SQLite: whoever waits shares the next commit, so one disk flush serves many."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from rekindle.kit import log
from rekindle.providers.sandbox import store
from rekindle.providers.sandbox.store import Conn

T = TypeVar("T")
Work = Callable[[Conn], Any]

logger = log.get("sandbox")


class Ledger:
    """What the sandbox has promised. `write` returns only after its rows are on disk."""

    def __init__(self, conn: Conn, thread: ThreadPoolExecutor) -> None:
        self._conn = conn
        self._thread = thread
        self._waiting: list[tuple[Work, asyncio.Future[Any]]] = []
        self._draining: asyncio.Task[None] | None = None

    async def read(self, work: Callable[[Conn], T]) -> T:
        """What `work` finds."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._conn)

    async def write(self, work: Callable[[Conn], T]) -> T:
        """What `work` returns, after its commit; an error in it undoes only itself."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            works = [work for work, _ in batch]
            try:
                results = await self.read(lambda conn, works=works: _commit(conn, works))  # type: ignore[misc]
            except sqlite3.Error as error:
                results = [error] * len(batch)  # not committed: every caller hears it
            for (_, future), result in zip(batch, results, strict=True):
                if future.done():
                    continue  # its caller went away; the rows stand all the same
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)


def _commit(conn: Conn, works: list[Work]) -> list[Any]:
    results: list[Any] = []
    conn.execute("begin immediate")
    try:
        for work in works:
            conn.execute("savepoint one")
            try:
                results.append(work(conn))
            except Exception as error:
                # Handed to the caller, who raises it; the others' work stands.
                logger.exception("ledger write failed", error=type(error).__name__)
                conn.execute("rollback to one")
                results.append(error)
            conn.execute("release one")
        conn.execute("commit")
    except BaseException:
        if conn.in_transaction:
            conn.execute("rollback")
        raise
    return results


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Ledger]:
    """The ledger in this file, for as long as the block runs."""
    with ThreadPoolExecutor(1, thread_name_prefix="ledger") as thread:
        loop = asyncio.get_running_loop()
        conn = await loop.run_in_executor(thread, store.connect, path)
        try:
            yield Ledger(conn, thread)
        finally:
            await loop.run_in_executor(thread, conn.close)
