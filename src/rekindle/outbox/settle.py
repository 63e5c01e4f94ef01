"""Write down what the provider said (T6: one transaction each).

Acceptance is always recorded, even by a worker whose lease is gone: it is knowledge, and it only moves forward.
Everything else is written only by the holder of the lease; a zombie writes nothing.
"""

from datetime import timedelta
from uuid import UUID

from rekindle.decide.words import MessageState
from rekindle.kit import log
from rekindle.kit.claims import MAX_ATTEMPTS, Lease, LeaseLostError, backoff
from rekindle.kit.db import Conn
from rekindle.office.keys import office_key
from rekindle.outbox import ending, store
from rekindle.outbox.desk import Desk
from rekindle.outbox.types import Message
from rekindle.providers.ports import Accepted, Fault, SendRefusedError
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

logger = log.get("outbox")

NOT_ITS_FAULT = frozenset({Fault.BUSY, Fault.AWAY, Fault.ACCOUNT})
FIRST_LOOK = timedelta(seconds=5)  # after an uncertain send: most providers know within seconds


async def accepted(desk: Desk, office_id: UUID, message_id: UUID, given: Accepted, *, provider: str) -> None:
    """The provider has it: record it, whoever holds the lease by now."""
    at = desk.clock.now()
    async with desk.db.office(office_id) as conn:
        message = await store.lock(conn, office_id, message_id)
        if message is None:
            return
        await ending.left(
            conn,
            office_id,
            message,
            state=MessageState.ACCEPTED,
            provider=provider,
            provider_id=given.provider_id,
            at=at,
        )


async def refused(desk: Desk, office_id: UUID, message_id: UUID, lease: Lease, refusal: SendRefusedError) -> None:
    """The provider certainly does not have it: fail, or try again later under the same key."""
    at = desk.clock.now()
    async with desk.db.office(office_id) as conn:
        message = await _held(conn, office_id, message_id, lease)
        key = await office_key(conn, office_id, desk.keyring)
        # Being told when to come back is no failed attempt: a rate limit must not use a message up.
        attempts = message.attempts - (refusal.retry_after is not None)
        # An outage, a rate or a shut account says nothing of this message: it outlasts them, as errands do.
        outlasts = refusal.fault in NOT_ITS_FAULT and at - message.created_at < desk.terms.patience
        if refusal.permanent or (attempts >= MAX_ATTEMPTS and not outlasts):
            await ending.fail(conn, office_id, message, code=refusal.code, text=refusal.text, at=at)
            await ending.mind(conn, office_id, message, refusal.code, office_key=key, at=at)
            return
        wait = max(backoff(attempts + 1, desk.chance()), timedelta(seconds=refusal.retry_after or 0))
        await store.put_back(
            conn,
            office_id,
            message_id,
            due_at=at + wait,
            attempts=attempts,
            code=refusal.code,
            text=refusal.text,
        )


async def uncertain(desk: Desk, office_id: UUID, message_id: UUID, lease: Lease, *, code: str) -> None:
    """It may have left: unknown, to be asked about, never resent blind."""
    at = desk.clock.now()
    async with desk.db.office(office_id) as conn:
        message = await _held(conn, office_id, message_id, lease)
        await store.set_unknown(conn, office_id, message_id, next_look=at + FIRST_LOOK, code=code)
        line = {"message_id": str(message_id), "channel": message.channel.value, "code": code}
        await timeline.append(conn, office_id, message.lead_id, Kind.UNKNOWN, line, at=at)


async def _held(conn: Conn, office_id: UUID, message_id: UUID, lease: Lease) -> Message:
    message = await store.lock(conn, office_id, message_id)
    if message is None or message.state is not MessageState.IN_FLIGHT or message.lease_token != lease.token:
        raise LeaseLostError(str(message_id))
    return message
