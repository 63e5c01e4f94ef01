"""A click on the link in an e-mail's foot: the address is left alone on that channel, for good and at once."""

from datetime import datetime
from uuid import UUID

from rekindle.consent.leave import leave
from rekindle.decide.words import Channel, Lane
from rekindle.kit.db import Conn
from rekindle.leads import store as leads
from rekindle.leads.ask import ask
from rekindle.leads.find import by_address
from rekindle.outbox.cancel import cancel_planned

REASON = "unsubscribed"
RULE = "one-click"
KINDS = {Channel.EMAIL: "email", Channel.SMS: "phone"}


async def unsubscribe(
    conn: Conn, office_id: UUID, office_key: bytes, *, channel: Channel, address: str, at: datetime
) -> bool:
    """Block the address, take back what is planned for it, look at its lead anew; all in the caller's transaction.

    False when it was blocked already: a second click changes nothing. Works for addresses whose lead is gone.
    """
    lead_id = await by_address(conn, office_id, KINDS[channel], address)
    if lead_id is not None:
        lead_id = (await leads.lock(conn, office_id, lead_id)).id
    closed = await leave(
        conn,
        office_id,
        office_key,
        channels=frozenset({channel}),
        address=address,
        reason=REASON,
        rule=RULE,
        lead_id=lead_id,
        event_id=None,
        evidence={"via": "unsubscribe link"},
        at=at,
    )
    if closed and lead_id is not None:
        await cancel_planned(conn, office_id, lead_id, reason=REASON, at=at, channels=frozenset({channel}))
        await ask(conn, office_id, [lead_id], lane=Lane.STEP, cause=REASON, at=at)
    return bool(closed)
