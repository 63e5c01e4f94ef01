"""A provider's receipt: the receipts room moves the message forward."""

from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.types import Job
from rekindle.providers.ports import Receipt
from rekindle.receipts.apply import apply


async def take(desk: Desk, job: Job, receipt: Receipt) -> Done:
    """Settle one receipt; raises receipts' UnknownMessageError when our own books are behind."""
    lead_id = await apply(desk.conn, desk.office_id, receipt, office_key=desk.office_key, at=desk.at)
    return Done(job, f"receipt: {receipt.state.value}", lead_id)
