"""Takes a message into the ledger, and a word typed as the lead; each is one transaction of the ledger."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import orjson

from rekindle.decide.words import Channel
from rekindle.providers.sandbox import behaviour, keywords, store
from rekindle.providers.sandbox.rates import Rates
from rekindle.providers.sandbox.store import Conn
from rekindle.providers.sandbox.story import Answer, LateReceipt, LateReply, Post, Refused, Taken

QUOTED_LINES = 3


@dataclass(frozen=True)
class Rules:
    """The seed, how difficult to be, and by how much to shorten every wait."""

    seed: int
    rates: Rates
    speed: float = 1.0


@dataclass(frozen=True)
class Accepted:
    """In the ledger, under the sandbox's own id."""

    provider_id: str
    answer: Answer


def accept(conn: Conn, post: Post, rules: Rules, *, now: float) -> Accepted | Refused:
    """Take or refuse one message; never looks whether its key came before, as no provider does."""
    history = store.history(conn, post.office, post.channel, post.to, now=now)
    script = store.script_of(conn, post.channel, post.to)
    outcome = behaviour.respond(post, history, script, seed=rules.seed, rates=rules.rates)
    if isinstance(outcome, Refused):
        code = outcome.code.code if outcome.code else ""
        store.note_attempt(conn, post, at=now, status=outcome.status, code=code)
        return outcome
    store.note_attempt(conn, post, at=now, status=201, code="")
    times = store.count_key(conn, post.office, post.key)
    provider_id = _id("SM" if post.channel is Channel.SMS else "EM", rules.seed, post.office, post.key, times)
    _take(conn, post, outcome, provider_id, rules, now=now)
    if outcome.reply is not None:
        _plan_reply(conn, post, outcome.reply, rules, turn=history.replies, now=now)
    return Accepted(provider_id, outcome.answer)


def say(conn: Conn, post: Post, rules: Rules, *, now: float) -> str:
    """A person writes as the lead (`post.to`) and holds its phone from now on: it says nothing more by itself."""
    act = _act(post, last_word=False)
    store.cancel_unsaid(conn, post.office, post.channel, post.to, now=now)
    n = store.count_typed(conn, post.office, post.channel, post.to)
    said_id = _id("IN", rules.seed, post.office, post.channel, post.to, "typed", n)
    message_id = store.insert_said(conn, post, said_id, at=now, act=act, typed=True)
    store.insert_webhook(conn, post.office, said_id, _reply_body(said_id, post, now), due_at=now, message_id=message_id)
    return said_id


def _take(conn: Conn, post: Post, taken: Taken, provider_id: str, rules: Rules, *, now: float) -> None:
    sent_at, settled_at = now + taken.sent_after / rules.speed, now + taken.settled_after / rules.speed
    store.insert_taken(
        conn, post, provider_id, at=now, sent_at=sent_at, settled_at=settled_at, settled=taken.settled.value
    )
    for receipt in taken.receipts:
        event_id = f"{provider_id}-{receipt.state}" + (
            f"-{receipt.copy}" if receipt.copy and not receipt.same_id else ""
        )
        happened = settled_at if receipt.state is taken.settled else sent_at
        body = _receipt_body(event_id, provider_id, post, receipt, happened)
        store.insert_webhook(conn, post.office, event_id, body, due_at=now + receipt.after / rules.speed)


def _plan_reply(conn: Conn, post: Post, reply: LateReply, rules: Rules, *, turn: int, now: float) -> None:
    at = now + reply.after / rules.speed
    body = f"{reply.text}\n\n{_quoted(post)}" if reply.quotes else reply.text
    subject = f"Re: {post.subject}" if post.channel is Channel.EMAIL else ""
    said = replace(post, subject=subject, body=body)
    said_id = _id("IN", rules.seed, post.office, post.channel, post.to, turn)
    act = _act(replace(said, body=reply.text), last_word=reply.last_word)
    message_id = store.insert_said(conn, said, said_id, at=at, act=act, typed=False)
    store.insert_webhook(conn, post.office, said_id, _reply_body(said_id, said, at), due_at=at, message_id=message_id)


def _quoted(post: Post) -> str:
    first = [line for line in post.body.splitlines() if line.strip()][:QUOTED_LINES]
    return "\n".join([f"{post.sender or 'You'} wrote:", *(f"> {line}" for line in first)])


def _act(post: Post, *, last_word: bool) -> str:
    if post.channel is Channel.SMS and keywords.is_stop(post.body):
        return "stop"
    if post.channel is Channel.SMS and keywords.is_start(post.body):
        return "start"
    return "last" if last_word else ""


def _receipt_body(event_id: str, provider_id: str, post: Post, receipt: LateReceipt, at: float) -> bytes:
    return orjson.dumps(
        {
            "type": "receipt",
            "event": event_id,
            "id": provider_id,
            "key": post.key,
            "channel": post.channel,
            "to": post.to,
            "state": receipt.state,
            "code": receipt.code.code if receipt.code else "",
            "text": receipt.code.text if receipt.code else "",
            "at": _iso(at),
        }
    )


def _reply_body(said_id: str, post: Post, at: float) -> bytes:
    return orjson.dumps(
        {
            "type": "reply",
            "id": said_id,
            "channel": post.channel,
            "from": post.to,
            "to": post.sender,
            "subject": post.subject,
            "body": post.body,
            "at": _iso(at),
        }
    )


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _id(prefix: str, *parts: object) -> str:
    text = "\x1f".join(map(str, parts))
    return prefix + hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
