"""Messages nobody can vouch for: ask the provider whether it happened; never resend blind (DESIGN §2 row 13)."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.alerts import notice
from rekindle.connections.accounts import KEPT
from rekindle.decide.words import MessageState
from rekindle.kit import log
from rekindle.kit.claims import MAX_ATTEMPTS, Lease, backoff
from rekindle.kit.db import Conn
from rekindle.outbox import ending, store
from rekindle.outbox.attempt import outgoing_of
from rekindle.outbox.desk import Desk
from rekindle.outbox.routes import Route
from rekindle.outbox.types import Message
from rekindle.providers.ports import CannotTell, Found, Missing, Outgoing, SendUncertainError
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

logger = log.get("reconcile")

BATCH = 16
OFFICES = 8  # at once: a provider that hangs for one office does not hold up the others
SHORTEST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=6)


async def reconcile(desk: Desk) -> int:
    """Look after every message whose lease ran out or whose next look is due; how many were looked at."""
    async with desk.db.plain() as conn:
        offices = await store.due_offices(conn, "open", desk.clock.now())
    slots = asyncio.Semaphore(OFFICES)

    async def one(office_id: UUID) -> int:
        async with slots:
            return await _office(desk, office_id)

    return sum(await asyncio.gather(*(one(office) for office in offices)))


async def _office(desk: Desk, office_id: UUID) -> int:
    lease = Lease.take(desk.clock.now(), desk.terms.lease)
    async with desk.db.office(office_id) as conn:
        messages = await store.take_open(conn, office_id, lease=lease, at=desk.clock.now(), limit=BATCH)
        sender = await store.from_addresses(conn, office_id)
    answers = await asyncio.gather(
        *(_ask(desk, m.provider or "", outgoing_of(desk, office_id, m, sender)) for m in messages)
    )
    for message, answer in zip(messages, answers, strict=True):
        await _write(desk, office_id, message, lease, answer)
    return len(messages)


async def _ask(desk: Desk, provider: str, outgoing: Outgoing) -> Found | Missing | CannotTell:
    try:
        route = await desk.routes.named(outgoing.office_id, provider)
        if route is None:
            return CannotTell()  # it was handed to somebody who is connected no more: only they could know
        async with asyncio.timeout(desk.terms.deadline):
            answer = await route.sender.find(outgoing, route.account, deadline=desk.terms.deadline)
    except (SendUncertainError, TimeoutError):
        return CannotTell()
    except Exception as error:  # noqa: BLE001 tells nothing of the message, which stays unknown and is shown
        logger.error("cannot look", message_id=str(outgoing.message_id), error=type(error).__name__)  # noqa: TRY400
        return CannotTell()
    return CannotTell() if isinstance(answer, Missing) and _is_another(route, outgoing) else answer


def _is_another(route: Route, outgoing: Outgoing) -> bool:
    """Whether the credentials were entered after the send: maybe of an account that was never handed the message."""
    if route.entered is None or outgoing.attempted_at is None:
        return False
    return outgoing.attempted_at < route.entered + KEPT  # until then a process may have sent with what it remembered


async def _write(
    desk: Desk, office_id: UUID, looked_at: Message, lease: Lease, answer: Found | Missing | CannotTell
) -> None:
    at = desk.clock.now()
    async with desk.db.office(office_id) as conn:
        message = await store.lock(conn, office_id, looked_at.id)
        if message is None or message.lease_token != lease.token:
            return  # somebody learned more meanwhile
        if isinstance(answer, Found):
            await _found(conn, office_id, message, answer, at=at)
        elif isinstance(answer, Missing) and _age(message, at) >= desk.terms.grace:
            await _missing(conn, desk, office_id, message, at=at)
        else:
            await _still_unknown(conn, desk, office_id, message, surely=isinstance(answer, CannotTell), at=at)


async def _found(conn: Conn, office_id: UUID, message: Message, answer: Found, *, at: datetime) -> None:
    await _tell(conn, office_id, message, "found", at=at)
    await ending.left(
        conn,
        office_id,
        message,
        state=answer.state,
        provider=message.provider or "",
        provider_id=answer.provider_id,
        at=at,
    )


async def _missing(conn: Conn, desk: Desk, office_id: UUID, message: Message, *, at: datetime) -> None:
    """Sent again under the same key, until it was tried often and for long: an outage alone ends no message."""
    await _tell(conn, office_id, message, "missing", at=at)
    await notice.settle(conn, office_id, ending.unknown_key(message), by=None, at=at)
    often = message.attempts >= MAX_ATTEMPTS
    if often and at - message.created_at >= desk.terms.patience:
        text = "the provider never got it, however often we tried"
        await ending.fail(conn, office_id, message, code="NEVER_ARRIVED", text=text, at=at)
        return
    await store.put_back(
        conn,
        office_id,
        message.id,
        due_at=at + backoff(message.attempts, desk.chance()) if often else at,
        attempts=message.attempts,
        code="NEVER_ARRIVED",
        text="the provider never got it",
    )
    await store.hint(conn)


async def _still_unknown(
    conn: Conn, desk: Desk, office_id: UUID, message: Message, *, surely: bool, at: datetime
) -> None:
    age = _age(message, at)
    if message.state is not MessageState.UNKNOWN:
        await timeline.append(
            conn, office_id, message.lead_id, Kind.UNKNOWN, {"message_id": str(message.id), "code": "CRASH"}, at=at
        )
    if age >= desk.terms.alert_after:
        await notice.problem(
            conn,
            office_id,
            key=ending.unknown_key(message),
            lead_id=message.lead_id,
            text="We cannot find out whether a message left. It is not sent again.",
            at=at,
        )
    # Ever rarer, by age: no counter to keep. Certainly-missing waits out the grace only.
    pause = min(max(age / 2, SHORTEST_PAUSE), LONGEST_PAUSE) if surely else desk.terms.grace - age
    gone = age >= desk.terms.give_up_after
    await store.set_unknown(conn, office_id, message.id, next_look=None if gone else at + pause, code="UNKNOWN")


async def _tell(conn: Conn, office_id: UUID, message: Message, answer: str, *, at: datetime) -> None:
    line = {"message_id": str(message.id), "channel": message.channel.value, "answer": answer}
    await timeline.append(conn, office_id, message.lead_id, Kind.RECONCILED, line, at=at)


def _age(message: Message, at: datetime) -> timedelta:
    return at - (message.in_flight_at or at)
