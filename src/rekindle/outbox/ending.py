"""The ways a message ends, each with its line in the lead's story, in the caller's transaction.

The caller holds the lead's and the message's row (store.lock or store.take_due).
"""

from datetime import datetime
from uuid import UUID

from rekindle.alerts import notice
from rekindle.consent.suppress import suppress
from rekindle.decide import receipt
from rekindle.decide.words import MessageState
from rekindle.kit.db import Conn
from rekindle.leads.ask import ask
from rekindle.outbox import refusal, store
from rekindle.outbox.types import Message
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind


async def left(
    conn: Conn,
    office_id: UUID,
    message: Message,
    *,
    state: MessageState,
    provider: str,
    provider_id: str,
    at: datetime,
) -> MessageState:
    """The provider vouches for it, with `state`: move forward only. Safe in any order, any number of times.

    Whatever our books say meanwhile (planned again, even canceled), a provider that has it has it: it must not
    be sent again.
    """
    reached = receipt.advance(message.state, state)
    await store.set_left(conn, office_id, message, state=reached, provider=provider, provider_id=provider_id, at=at)
    if message.state is MessageState.UNKNOWN:
        await notice.settle(conn, office_id, unknown_key(message), by=None, at=at)
    if message.accepted_at is None:
        await store.touch_lead(conn, office_id, message, at=at)
        line = {**_about(message), "provider": provider, "provider_id": provider_id}
        await timeline.append(conn, office_id, message.lead_id, Kind.LEFT, line, at=at)
    return reached


async def cancel(conn: Conn, office_id: UUID, message: Message, *, code: str, text: str, at: datetime) -> None:
    """It will not leave, and never did."""
    await store.end(conn, office_id, message.id, state=MessageState.CANCELED, code=code, text=text, at=at)
    line = {**_about(message), "reason": code, "text": text}
    await timeline.append(conn, office_id, message.lead_id, Kind.CANCELED, line, at=at)


async def fail(conn: Conn, office_id: UUID, message: Message, *, code: str, text: str, at: datetime) -> None:
    """It could not leave and we stop trying; the lead is looked at again, perhaps by another channel."""
    await store.end(conn, office_id, message.id, state=MessageState.FAILED, code=code, text=text, at=at)
    line = {**_about(message), "code": code, "text": text}
    await timeline.append(conn, office_id, message.lead_id, Kind.FAILED, line, at=at)
    await ask(conn, office_id, [message.lead_id], lane=message.lane, cause="receipt", at=at)


async def mind(conn: Conn, office_id: UUID, message: Message, code: str, *, office_key: bytes, at: datetime) -> None:
    """Draw the lasting consequence of a provider's error code: an address that must not, or cannot, be written to."""
    reason = refusal.suppresses(code)
    if reason is not None:
        await block(conn, office_id, message, code, reason, office_key=office_key, at=at)


async def block(
    conn: Conn, office_id: UUID, message: Message, code: str, reason: str, *, office_key: bytes, at: datetime
) -> None:
    """Write to this address no more on this channel, because a provider's `code` says so; told once."""
    closed = await suppress(
        conn,
        office_id,
        office_key,
        channels=frozenset({message.channel}),
        address=message.address,
        reason=reason,
        rule=f"provider:{code}",
        event_id=None,
        at=at,
    )
    if closed:
        line = {"channel": message.channel.value, "reason": reason, "rule": f"provider:{code}"}
        await timeline.append(conn, office_id, message.lead_id, Kind.SUPPRESSED, line, at=at)


def unknown_key(message: Message) -> str:
    """The notice that tells a person of a message whose fate nobody knows."""
    return f"unknown:{message.id}"


def _about(message: Message) -> dict[str, str | None]:
    return {"message_id": str(message.id), "channel": message.channel.value, "step": message.step}
