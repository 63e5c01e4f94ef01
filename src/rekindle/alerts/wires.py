"""Providers and errands that fail: who must know, in words, and the all-clear when it is over."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from rekindle.alerts import notice
from rekindle.errands.types import Errand
from rekindle.kit import log
from rekindle.kit.clock import Clock
from rekindle.kit.db import Conn, Db, Unavailable
from rekindle.providers.ports import Fault
from rekindle.traffic.traffic import Change

LONGEST = 160

logger = log.get("alerts")


def of_breakers(db: Db, clock: Clock) -> Callable[[UUID, str, Change], Awaitable[None]]:
    """Tells managers that a provider's breaker opened, puts that away when it closes; what it cannot tell is logged."""

    async def tell(office_id: UUID, provider: str, change: Change) -> None:
        try:
            await write(office_id, provider, change)
        except Unavailable as error:
            # Whoever tells has a call's outcome in hand, and that must be written whatever becomes of the news.
            logger.warning("nobody was told", provider=provider, error=type(error).__name__)

    async def write(office_id: UUID, provider: str, change: Change) -> None:
        at = clock.now()
        async with db.office(office_id) as conn:
            if not change.opened:
                await notice.settle(conn, office_id, key_of(provider), by=None, at=at)
                return
            await notice.problem(
                conn,
                office_id,
                key=key_of(provider),
                text=_text(provider, change),
                at=at,
            )

    return tell


def key_of(provider: str) -> str:
    """The notice of one provider's trouble."""
    return f"breaker:{provider}"


def _text(provider: str, change: Change) -> str:
    if change.fault is Fault.ACCOUNT:
        return f"{provider} does not let us in ({change.why[:LONGEST]}). Nothing leaves until its connection is mended."
    return f"{provider} does not answer ({change.why[:LONGEST]}). We try again by ourselves; nothing is lost."


async def of_errand(conn: Conn, errand: Errand, why: str, at: datetime) -> None:
    """Tells managers of an errand that was laid down, in the transaction that lays it down."""
    await notice.problem(
        conn,
        errand.office_id,
        key=f"errand:{errand.kind}",
        text=f"An errand ({errand.kind}) could not be done: {why[:LONGEST]}",
        at=at,
    )
