"""What a failed delivery means beyond its message: for the address, for our own sender, for the people here."""

from datetime import datetime, timedelta
from uuid import UUID

from rekindle.alerts import notice
from rekindle.kit.db import Conn
from rekindle.outbox import ending, refusal
from rekindle.outbox.again import once_more
from rekindle.outbox.types import Message
from rekindle.providers.ports import Consequence, Fault, Receipt
from rekindle.traffic import breaker

LATER = timedelta(hours=1)  # a handset that is off now is worth one more try, once (Twilio: 30003, 30008)


async def mind(
    conn: Conn, office_id: UUID, message: Message, receipt: Receipt, *, office_key: bytes, at: datetime
) -> None:
    """Draw it, in the receipt's own transaction. An adapter's word counts; without one, the code's own meaning."""
    match Consequence(receipt.consequence):
        case Consequence.OPTED_OUT | Consequence.DEAD_ADDRESS as meant:
            reason = meant.value  # both are words of suppression
            await ending.block(conn, office_id, message, receipt.code, reason, office_key=office_key, at=at)
        case Consequence.RETRY_ONCE:
            await once_more(conn, office_id, message, due_at=at + LATER, at=at)
        case Consequence.STOP_SENDER:
            await breaker.trip(
                conn, office_id, receipt.provider, fault=Fault.ACCOUNT, text=f"{receipt.code}: {receipt.text}", at=at
            )
            await _tell(
                conn, office_id, message, receipt, "Nothing more leaves through it until this is mended.", at=at
            )
        case Consequence.ALERT:
            await _tell(conn, office_id, message, receipt, _advice(receipt), at=at)
        case _:
            if receipt.permanent and (found := refusal.suppresses(receipt.code)) is not None:
                await ending.block(conn, office_id, message, receipt.code, found, office_key=office_key, at=at)


def _advice(receipt: Receipt) -> str:
    if receipt.code == refusal.FILTERED:
        return "Its template is held for a day, or until it is changed: look at the wording."
    return "Look at what was written to this lead."


async def _tell(conn: Conn, office_id: UUID, message: Message, receipt: Receipt, advice: str, *, at: datetime) -> None:
    await notice.problem(
        conn,
        office_id,
        key=f"receipt:{receipt.provider}:{receipt.code}",
        lead_id=message.lead_id,
        text=f"{receipt.provider} {receipt.code}: {receipt.text} {advice}",
        at=at,
    )
