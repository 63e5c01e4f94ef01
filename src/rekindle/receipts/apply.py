"""A provider's receipt moves its message forward: in any order, any number of times, even before our own books did."""

from datetime import datetime
from uuid import UUID

from rekindle.decide.words import MessageState
from rekindle.kit.db import Conn
from rekindle.leads.ask import ask
from rekindle.outbox import ending
from rekindle.outbox import store as outbox
from rekindle.outbox.types import Message
from rekindle.providers.ports import Receipt
from rekindle.receipts.consequence import mind
from rekindle.receipts.find import UnknownMessageError, message_of
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

__all__ = ["UnknownMessageError", "apply"]

BROKEN = frozenset({MessageState.UNDELIVERED, MessageState.FAILED})


async def apply(conn: Conn, office_id: UUID, receipt: Receipt, *, office_key: bytes, at: datetime) -> UUID:
    """Apply one receipt in the caller's transaction; the lead it was about. Raises UnknownMessageError."""
    message = await message_of(
        conn,
        office_id,
        message_id=receipt.message_id,
        key=receipt.key,
        provider=receipt.provider,
        provider_id=receipt.provider_id,
        event=receipt.external_id,
    )
    told_at = min(receipt.at or at, at)  # a provider's clock may run ahead of ours, never behind the truth
    reached = await ending.left(
        conn,
        office_id,
        message,
        state=receipt.state,
        provider=receipt.provider,
        provider_id=receipt.provider_id,
        at=told_at,
    )
    if reached is not message.state:
        line = {"message_id": str(message.id), "channel": message.channel.value, "state": reached.value}
        if receipt.code:
            line |= {"code": receipt.code, "text": receipt.text}
        await timeline.append(
            conn, office_id, message.lead_id, Kind.RECEIPT, line, at=at, actor=f"provider:{receipt.provider}"
        )
    if receipt.state in BROKEN and reached is not message.state:
        await _broken(conn, office_id, message, receipt, office_key=office_key, at=at)
    return message.lead_id


async def _broken(
    conn: Conn, office_id: UUID, message: Message, receipt: Receipt, *, office_key: bytes, at: datetime
) -> None:
    """It will not arrive: say why, mind what that means for the address, and look at the lead again."""
    await outbox.set_error(conn, office_id, message.id, code=receipt.code, text=receipt.text)
    await mind(conn, office_id, message, receipt, office_key=office_key, at=at)
    await ask(conn, office_id, [message.lead_id], lane=message.lane, cause="receipt", at=at)
