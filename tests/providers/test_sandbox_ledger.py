"""The ledger: the same seed and the same messages write the same rows, and kill -9 loses nothing that was accepted."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from rekindle.decide.words import Channel, MessageState
from rekindle.kit import settings
from rekindle.kit.clock import SystemClock
from rekindle.providers.ports import Found, SendRefusedError, SendUncertainError
from rekindle.providers.sandbox import accept, client, ledger, store
from rekindle.providers.sandbox.accept import Accepted, Rules
from rekindle.providers.sandbox.rates import DEMO
from rekindle.providers.sandbox.sender import SandboxSender
from rekindle.providers.sandbox.store import Conn
from rekindle.providers.sandbox.story import Post
from tests.providers.conftest import ACCOUNT, OFFICE, TOKEN, Engine, answering, free_port, outgoing, raw_client, until

START = 1_764_000_000.0
SCRIPT = Path(__file__).with_name("sandbox_process.py")


def play(path: Path, seed: int) -> list[tuple[object, ...]]:
    """Three messages to each of 200 addresses, and everything the ledger then holds."""
    conn = store.connect(path)
    rules = Rules(seed, DEMO)
    conn.execute("begin")
    for turn in range(3):
        for n in range(100):
            for channel, to in ((Channel.SMS, f"+1312555{n:04d}"), (Channel.EMAIL, f"ann{n}@mail.example")):
                post = Post("office", f"{turn}:{n}:{channel}", channel, to, "us", "Hello", f"message {turn}")
                accept.accept(conn, post, rules, now=START + 300 * turn + n)
    conn.execute("commit")
    tables = ("message", "attempt", "webhook")
    rows = [(t, *row) for t in tables for row in conn.execute(f"select * from {t} order by id")]
    conn.close()
    return rows


def test_the_same_seed_writes_the_same_ledger(tmp_path: Path) -> None:
    first, second, other = (play(tmp_path / f"{n}.db", seed) for n, seed in enumerate((7, 7, 8)))
    assert first == second != other
    assert len(first) > 1500


def test_no_lead_speaks_after_its_last_word(tmp_path: Path) -> None:
    play(tmp_path / "ledger.db", 7)
    conn = store.connect(tmp_path / "ledger.db")
    last_words = conn.execute("select address, at from message where act in ('stop', 'last')").fetchall()
    assert len(last_words) > 3
    for address, at in last_words:
        later = conn.execute("select count(*) from message where by_lead and address = ? and at > ?", (address, at))
        assert later.fetchone()[0] == 0
    conn.close()


def putting(office: str) -> Callable[[Conn], None]:
    def work(conn: Conn) -> None:
        store.put_fed(conn, office, 1)
        if office == "broken":
            raise ValueError(office)

    return work


async def test_one_broken_write_undoes_only_itself(tmp_path: Path) -> None:
    offices = ("a", "broken", "b")
    async with ledger.opened(tmp_path / "ledger.db") as book:
        results = await asyncio.gather(*(book.write(putting(office)) for office in offices), return_exceptions=True)
        assert [type(r) for r in results] == [type(None), ValueError, type(None)]
        assert [await book.read(partial(store.fed, office=office)) for office in offices] == [1, 0, 1]


async def test_who_waits_together_commits_together(tmp_path: Path) -> None:
    async with ledger.opened(tmp_path / "ledger.db") as book:
        posts = [Post("o", f"k{n}", Channel.SMS, f"+1312555{n:04d}", "us", "", "x") for n in range(300)]
        rules = Rules(7, DEMO)
        done = await asyncio.gather(
            *(book.write(partial(accept.accept, post=post, rules=rules, now=START)) for post in posts)
        )
        accepted = sum(isinstance(outcome, Accepted) for outcome in done)
        counts = await book.read(store.counts)
        assert (counts["taken"], counts["attempts"]) == (accepted, 300)


@asynccontextmanager
async def sandbox_process(
    home: Path, engine: Engine, port: int
) -> AsyncIterator[tuple[SandboxSender, subprocess.Popen[bytes]]]:
    environ = {"REKINDLE_HOME": str(home), "REKINDLE_BASE_URL": engine.url, "REKINDLE_SANDBOX_PORT": str(port)}
    command = [sys.executable, str(SCRIPT), TOKEN, str(OFFICE.office_id)]
    with subprocess.Popen(command, env={**os.environ, **environ}) as process:  # noqa: ASYNC220 killed, not awaited
        try:
            async with raw_client(port) as raw, client.connect(settings.read(environ), token=TOKEN) as lines:
                await answering(raw)
                yield SandboxSender(lines, SystemClock()), process
        finally:
            process.kill()


@pytest.mark.timeout(60)
async def test_what_was_accepted_survives_kill_9_and_is_still_told(home: Path, engine: Engine) -> None:
    port = free_port()
    accepted: dict[str, str] = {}

    async def send_on(sender: SandboxSender) -> None:
        for n in range(10_000):
            key = f"k{n}"
            try:
                accepted[key] = (await sender.send(outgoing(key, f"+1312555{n:04d}"), ACCOUNT, deadline=5)).provider_id
            except (SendRefusedError, SendUncertainError):
                return

    async with sandbox_process(home, engine, port) as (sender, process):
        sending = asyncio.create_task(send_on(sender))
        await until(lambda: len(accepted) > 60)
        process.kill()
        await sending
    async with sandbox_process(home, engine, port) as (sender, _):
        for key, provider_id in accepted.items():
            found = await sender.find(outgoing(key), ACCOUNT, deadline=5)
            assert isinstance(found, Found)
            assert found.provider_id == provider_id
        wanted = {(key, state) for key in accepted for state in (MessageState.SENT, MessageState.DELIVERED)}
        await until(lambda: wanted <= {(r.key, r.state) for r in engine.receipts}, seconds=20)


async def test_the_ledger_syncs_every_commit(home: Path) -> None:
    async with ledger.opened(home / "sandbox" / "ledger.db") as book:
        modes = await book.read(
            lambda conn: [conn.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
        )
    assert modes == ["wal", 2]
    with sqlite3.connect(home / "sandbox" / "ledger.db") as again:
        assert again.execute("pragma integrity_check").fetchone() == ("ok",)
    again.close()
