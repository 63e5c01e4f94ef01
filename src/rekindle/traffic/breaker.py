"""What moves a breaker: the end of a call, a delivery that failed for our account, a person who mended it."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.kit.db import Conn
from rekindle.providers.ports import Fault
from rekindle.traffic import rules, store
from rekindle.traffic.types import Breaker, Terms

HELD = timedelta(days=1)
TERMS = Terms()


async def record(
    conn: Conn,
    office_id: UUID,
    provider: str,
    fault: Fault | None,
    *,
    at: datetime,
    retry_after: float | None = None,
    text: str = "",
    terms: Terms = TERMS,
) -> tuple[Breaker, Breaker]:
    """Draw the end of a call (no fault: it worked) in this transaction; the breaker before and after."""
    before = await store.lock(conn, office_id, provider, at=at)
    now = rules.after(before, fault, retry_after=retry_after, text=text, at=at, terms=terms)
    if now is not before:
        await store.save(conn, office_id, now)
    return before, now


async def trip(conn: Conn, office_id: UUID, provider: str, *, fault: Fault, text: str, at: datetime) -> bool:
    """A bar that was learned of otherwise than by a call, as by a receipt; True when it opened the breaker.

    Calls go on to be accepted all the while, so trying again tells nothing: it holds until `mend`, or for a day.
    """
    before, now = await record(conn, office_id, provider, fault, text=text, at=at)
    held = max(now.retry_at or at, at + HELD)
    await store.save(conn, office_id, replace(now, retry_at=held))
    return now.open and not before.open


async def mend(conn: Conn, office_id: UUID, provider: str, *, at: datetime) -> None:
    """A person says it is mended (new credentials, a paid bill): the next call may try at once."""
    breaker = await store.lock(conn, office_id, provider, at=at)
    await store.save(conn, office_id, replace(breaker, retry_at=at, probe_until=None, updated_at=at))
