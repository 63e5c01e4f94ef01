"""All SQL of the ledger. Functions take the connection first and run on the ledger's own thread."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import orjson

from rekindle.decide.words import Channel
from rekindle.providers.sandbox.personas import Persona
from rekindle.providers.sandbox.story import Fault, History, Post, Script

SCHEMA = Path(__file__).with_name("schema.sql")

Conn = sqlite3.Connection
Row = sqlite3.Row


@dataclass(frozen=True)
class Webhook:
    """One thing to tell the engine."""

    id: int
    office: str
    event_id: str
    body: bytes
    attempts: int


def connect(path: Path) -> Conn:
    """The ledger file, made when absent; a committed row survives the death of process and machine."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    conn.row_factory = sqlite3.Row
    conn.execute("pragma journal_mode = wal")
    conn.execute("pragma synchronous = full")
    conn.executescript(SCHEMA.read_text())
    return conn


# ------------------------------------------------------------------ accepting


def history(conn: Conn, office: str, channel: Channel, address: str, *, now: float) -> History:
    """What is known of the address before a message that comes now."""
    who = (office, channel, address)
    attempts = _count(conn, "select count(*) from attempt where office = ? and channel = ? and address = ?", who)
    received, replies = conn.execute(
        "select coalesce(sum(not by_lead), 0), coalesce(sum(by_lead), 0) from message"
        " where office = ? and channel = ? and address = ?",
        who,
    ).fetchone()
    last_word = _one(
        conn,
        "select act from message where office = ? and channel = ? and address = ? and act in ('stop', 'start', 'last')"
        " order by at desc, id desc limit 1",
        who,
    )
    carrier = _one(
        conn,
        "select act, at from message where office = ? and channel = ? and address = ? and act in ('stop', 'start')"
        " and at <= ? order by at desc, id desc limit 1",
        (*who, now),
    )
    blocked = carrier is not None and carrier["act"] == "stop"
    since = carrier["at"] if carrier else now
    told = "select count(*) from message where office = ? and channel = ? and address = ? and not by_lead and at >= ?"
    confirmed = blocked and _count(conn, told, (*who, since)) > 0
    # Who types as the lead holds its phone from then on.
    quiet = (last_word is not None and last_word["act"] != "start") or count_typed(conn, office, channel, address) > 0
    return History(attempts, received, replies, blocked=blocked, confirmed=confirmed, quiet=quiet)


def note_attempt(conn: Conn, post: Post, *, at: float, status: int, code: str) -> None:
    """Remember a request to send, whatever became of it."""
    conn.execute(
        "insert into attempt (office, channel, address, key, at, status, code) values (?, ?, ?, ?, ?, ?, ?)",
        (post.office, post.channel, post.to, post.key, at, status, code),
    )


def insert_taken(
    conn: Conn, post: Post, provider_id: str, *, at: float, sent_at: float, settled_at: float, settled: str
) -> int:
    """A message of the office, with what will become of it; returns its row id."""
    return _insert(
        conn,
        "insert into message (office, channel, address, ours, by_lead, key, provider_id, subject, body, headers, at,"
        " sent_at, settled_at, settled) values (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(post.office, post.channel, post.to, post.sender, post.key, provider_id, post.subject, post.body),
            *(orjson.dumps(post.headers).decode(), at, sent_at, settled_at, settled),
        ),
    )


def insert_said(conn: Conn, post: Post, provider_id: str, *, at: float, act: str, typed: bool) -> int:
    """A message of the lead, now or ahead; `post` is read backwards: `to` is the lead, `sender` the office."""
    return _insert(
        conn,
        "insert into message (office, channel, address, ours, by_lead, provider_id, subject, body, headers, at, act,"
        " typed) values (?, ?, ?, ?, 1, ?, ?, ?, '[]', ?, ?, ?)",
        (post.office, post.channel, post.to, post.sender, provider_id, post.subject, post.body, at, act, typed),
    )


def count_key(conn: Conn, office: str, key: str) -> int:
    """How often a key was taken."""
    return _count(conn, "select count(*) from message where office = ? and key = ?", (office, key))


def count_typed(conn: Conn, office: str, channel: Channel, address: str) -> int:
    """How often a person wrote as this lead."""
    return _count(
        conn,
        "select count(*) from message where office = ? and channel = ? and address = ? and typed",
        (office, channel, address),
    )


def cancel_unsaid(conn: Conn, office: str, channel: Channel, address: str, *, now: float) -> None:
    """Take back answers the lead has not given yet, and their webhooks."""
    unsaid = "select id from message where office = ? and channel = ? and address = ? and by_lead and at > ?"
    who = (office, channel, address, now)
    conn.execute(f"delete from webhook where message_id in ({unsaid})", who)
    conn.execute(f"delete from message where id in ({unsaid})", who)


def script_of(conn: Conn, channel: Channel, address: str) -> Script | None:
    """The script of an address, if somebody wrote one."""
    row = _one(conn, "select fault, persona, times from script where channel = ? and address = ?", (channel, address))
    return None if row is None else Script(Fault(row["fault"]), Persona(row["persona"]), row["times"])


def put_script(conn: Conn, channel: Channel, address: str, script: Script) -> None:
    """Write or replace the script of an address."""
    conn.execute(
        "insert or replace into script (channel, address, fault, persona, times) values (?, ?, ?, ?, ?)",
        (channel, address, script.fault, script.persona, script.times),
    )


# ------------------------------------------------------------------ webhooks


def insert_webhook(
    conn: Conn, office: str, event_id: str, body: bytes, *, due_at: float, message_id: int | None = None
) -> None:
    """Something to tell the engine at `due_at`."""
    conn.execute(
        "insert into webhook (office, event_id, body, due_at, message_id) values (?, ?, ?, ?, ?)",
        (office, event_id, body, due_at, message_id),
    )


def due_webhooks(conn: Conn, *, now: float, limit: int) -> list[Webhook]:
    """The webhooks to post now, longest due first."""
    rows = conn.execute(
        "select id, office, event_id, body, attempts from webhook where done_at is null and due_at <= ?"
        " order by due_at, id limit ?",
        (now, limit),
    )
    return [Webhook(*row) for row in rows]


def next_due(conn: Conn) -> float | None:
    """When the next webhook is due; None when all is told."""
    due: float | None = conn.execute("select min(due_at) from webhook where done_at is null").fetchone()[0]
    return due


def settle_webhooks(conn: Conn, done: list[int], later: list[tuple[float, int]], *, now: float) -> None:
    """Mark what the engine has, put off what it has not: `later` holds (due_at, id)."""
    conn.executemany("update webhook set done_at = ? where id = ?", [(now, id_) for id_ in done])
    conn.executemany("update webhook set due_at = ?, attempts = attempts + 1 where id = ?", later)


# ------------------------------------------------------------------ looking


def by_key(conn: Conn, office: str, key: str) -> Row | None:
    """The first message taken under a key."""
    return _one(conn, "select * from message where office = ? and key = ? order by id limit 1", (office, key))


def doubles(conn: Conn) -> list[Row]:
    """Keys taken more than once: there must be none."""
    return conn.execute(
        "select office, key, count(*) as count from message where key is not null group by office, key"
        " having count(*) > 1 order by office, key"
    ).fetchall()


def taken_after(conn: Conn, after: int, *, limit: int) -> list[Row]:
    """Messages of offices in the order they were taken."""
    return conn.execute(
        "select id, office, key, channel, address, provider_id, at from message where not by_lead and id > ?"
        " order by id limit ?",
        (after, limit),
    ).fetchall()


def counts(conn: Conn) -> Row:
    """How much the ledger holds."""
    row: Row = conn.execute(
        "select (select count(*) from message where not by_lead) as taken,"
        " (select count(*) from message where by_lead) as said,"
        " (select count(*) from attempt) as attempts,"
        " (select count(*) from webhook where done_at is null) as untold"
    ).fetchone()
    return row


def threads(conn: Conn, office: str, *, now: float, limit: int) -> list[Row]:
    """The last message of each phone of an office, newest first."""
    return conn.execute(
        "select * from (select *, row_number() over (partition by channel, address order by at desc, id desc) as rank"
        " from message where office = ? and at <= ?) where rank = 1 order by at desc, id desc limit ?",
        (office, now, limit),
    ).fetchall()


def thread(conn: Conn, office: str, channel: Channel, address: str, *, now: float) -> list[Row]:
    """All that one phone shows, oldest first."""
    return conn.execute(
        "select * from message where office = ? and channel = ? and address = ? and at <= ? order by at, id",
        (office, channel, address, now),
    ).fetchall()


# ------------------------------------------------------------------ feed


def fed(conn: Conn, office: str) -> int:
    """How many demo leads an office has been sent."""
    row = _one(conn, "select sent from feed where office = ?", (office,))
    return 0 if row is None else int(row["sent"])


def put_fed(conn: Conn, office: str, sent: int) -> None:
    """Remember how far the feed is."""
    conn.execute("insert or replace into feed (office, sent) values (?, ?)", (office, sent))


def _one(conn: Conn, query: str, values: tuple[object, ...]) -> Row | None:
    row: Row | None = conn.execute(query, values).fetchone()
    return row


def _count(conn: Conn, query: str, values: tuple[object, ...]) -> int:
    return int(conn.execute(query, values).fetchone()[0])


def _insert(conn: Conn, query: str, values: tuple[object, ...]) -> int:
    made = conn.execute(query, values).lastrowid
    assert made is not None  # noqa: S101 sqlite gives a row id for every insert
    return made
