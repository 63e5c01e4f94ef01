"""Ask what kind of line a new lead's number is: a landline takes no text, and finding out by texting costs trust."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from rekindle.consent.suppress import suppress
from rekindle.decide.words import Channel
from rekindle.errands import ask as errands
from rekindle.errands.line import Line
from rekindle.errands.run import DEADLINE
from rekindle.errands.types import Errand, Handler, HopelessError, Kind
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Conn, Db
from rekindle.leads import store as leads
from rekindle.office.keys import office_key
from rekindle.providers.ports import Account, LineTeller

TEXTLESS = frozenset({"landline", "invalid", "pager", "voicemail"})


async def want(conn: Conn, office_id: UUID, phone: str, *, tellers: tuple[str, ...], at: datetime) -> None:
    """Have a number looked up, where somebody who can is connected; the account says whether the office wants it."""
    for provider in tellers:
        payload = {"phone": phone, "provider": provider}
        await errands.ask(conn, office_id, Kind.LOOKUP, f"{provider}:{phone}", payload, at=at, providers=(provider,))


def handler(db: Db, keyring: Keyring, clock: Clock, line: Line, tellers: Mapping[str, LineTeller]) -> Handler:
    """Runs errands of kind LOOKUP."""

    async def look_up(errand: Errand) -> str:
        office_id, phone = errand.office_id, str(errand.payload["phone"])
        teller = tellers.get(errand.payload["provider"])
        if teller is None:
            raise HopelessError(f"nothing is wired in that looks up by {errand.payload['provider']}")

        async def work(account: Account) -> str | None:
            return await teller.line_type(phone, account, deadline=DEADLINE)

        found = await line.call(office_id, teller.provider, teller.limits, work)
        if found is None:
            return "not known"
        async with db.office(office_id) as conn:
            await leads.set_line_type(conn, office_id, phone, found)
            if found in TEXTLESS:
                await suppress(
                    conn,
                    office_id,
                    await office_key(conn, office_id, keyring),
                    channels=frozenset({Channel.SMS}),
                    address=phone,
                    reason="unreachable",
                    rule=f"{teller.provider}:{found}",
                    event_id=None,
                    at=clock.now(),
                )
        return found

    return look_up
