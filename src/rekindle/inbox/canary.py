"""The canary: a contact that is nobody, changed in the CRM every hour. When no webhook tells of it, people are told.

A CRM that stopped sending (a paused webhook, a changed secret) is silent, and silence looks like a quiet day.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from rekindle.alerts import notice
from rekindle.crm import store as polls
from rekindle.errands.line import Line
from rekindle.errands.run import DEADLINE
from rekindle.errands.types import Errand, Handler, HopelessError
from rekindle.inbox.desk import Desk
from rekindle.kit.clock import Clock
from rekindle.kit.db import Conn, Db
from rekindle.providers.ports import Account, Crm

CANARY = "canary"
FORMAT = "%Y%m%dt%H%M%Sz"
LATE = timedelta(minutes=10)
MEANWHILE = "Leads are found by comparing lists meanwhile; look at the webhook's settings there."


async def heard(desk: Desk, crm: str, stamp: str) -> None:
    """A webhook told of the canary: its news is how new the newest stamp is."""
    at = _read(stamp)
    if at is not None:
        await polls.put_poll(
            desk.conn,
            desk.office_id,
            crm,
            CANARY,
            done_until=at,
            cursor=await _sent(desk.conn, desk.office_id, crm),
            looked_at=1,
            found=0,
            note="",
            at=desk.at,
        )
        await notice.settle(desk.conn, desk.office_id, _key(crm), by=None, at=desk.at)


def handler(db: Db, clock: Clock, line: Line, crms: Mapping[str, Crm]) -> Handler:
    """Runs errands of kind CANARY: see whether the last change came back, then make the next."""

    async def sing(errand: Errand) -> str:
        office_id, crm = errand.office_id, crms.get(errand.payload["provider"])
        if crm is None:
            raise HopelessError(f"nothing is wired in for {errand.payload['provider']}")
        at = clock.now()
        async with db.office(office_id) as conn:
            missed = await _missed(conn, office_id, crm.provider, at)
        stamp = at.strftime(FORMAT)

        async def work(account: Account) -> None:
            await crm.chirp(account, stamp, deadline=DEADLINE)

        await line.call(office_id, crm.provider, crm.limits, work)
        async with db.office(office_id) as conn:
            note = "the last change never came back by webhook" if missed else ""
            await polls.put_poll(
                conn,
                office_id,
                crm.provider,
                CANARY,
                done_until=None,
                cursor=stamp,
                looked_at=0,
                found=0,
                note=note,
                at=at,
            )
        return "missed" if missed else "sung"

    return sing


async def _missed(conn: Conn, office_id: UUID, crm: str, at: datetime) -> bool:
    """Whether the last change should have come back and did not; tells the managers when so.

    Where none ever came there may be none at all (a private token brings none): that is said once, not every hour.
    """
    state = await polls.poll(conn, office_id, crm, CANARY)
    sent = _read(state["cursor"]) if state else None
    if state is None or sent is None or at - sent < LATE or (state["done_until"] and state["done_until"] >= sent):
        return False
    if state["done_until"] is not None:
        text = f"Webhooks of {crm} do not arrive: a change made there at {sent:%H:%M} UTC never came back. {MEANWHILE}"
    elif not state["note"]:
        text = f"No webhook of {crm} has come yet. {MEANWHILE}"
    else:
        return True
    await notice.problem(conn, office_id, key=_key(crm), text=text, at=at)
    return True


async def _sent(conn: Conn, office_id: UUID, crm: str) -> str:
    state = await polls.poll(conn, office_id, crm, CANARY)
    return state["cursor"] if state else ""


def _key(crm: str) -> str:
    return f"canary:{crm}"


def _read(stamp: str) -> datetime | None:
    try:
        return datetime.strptime(stamp, FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None
