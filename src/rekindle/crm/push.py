"""Make the CRM agree with what we know of a lead: asked for by whatever changes it, told once, safe to repeat."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.crm import store
from rekindle.crm.card import card_of, digest
from rekindle.errands import ask as errands
from rekindle.errands.line import Line
from rekindle.errands.run import DEADLINE
from rekindle.errands.types import Errand, Handler, HopelessError, Kind
from rekindle.kit.clock import Clock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Conn, Db
from rekindle.leads import store as leads
from rekindle.leads.types import NoSuchLeadError
from rekindle.office.keys import office_key
from rekindle.providers.ports import Account, Crm, Pushed

GATHERS = timedelta(seconds=5)  # what happens to a lead within seconds is told together


async def want(
    conn: Conn, office_id: UUID, lead_id: UUID, *, crms: tuple[str, ...], at: datetime, known_only: bool = False
) -> None:
    """Have the CRM told of a lead, where one is connected; with `known_only` where it was told of them before."""
    family = await leads.family(conn, office_id, lead_id) if known_only else []
    for crm in crms:
        link = await store.link_of_lead(conn, office_id, crm, family) if known_only else None
        if known_only and (link is None or link.pushed_hash is None):
            continue
        payload = {"lead_id": str(lead_id), "crm": crm}
        key = f"{crm}:{lead_id}"
        await errands.ask(conn, office_id, Kind.CRM, key, payload, at=at, due_at=at + GATHERS, providers=(crm,))


def handler(db: Db, keyring: Keyring, clock: Clock, line: Line, crms: Mapping[str, Crm]) -> Handler:
    """Runs errands of kind CRM."""

    async def push(errand: Errand) -> str:
        office_id, lead_id = errand.office_id, UUID(errand.payload["lead_id"])
        crm = crms.get(errand.payload["crm"])
        if crm is None:
            raise HopelessError(f"nothing is wired in for {errand.payload['crm']}")
        async with db.office(office_id) as conn:
            try:
                key = await office_key(conn, office_id, keyring)
                card, link = await card_of(conn, office_id, lead_id, crm=crm.provider, office_key=key)
            except NoSuchLeadError as error:
                raise HopelessError("the lead is gone") from error
            family = await leads.family(conn, office_id, UUID(card.lead_id))
            if await store.was_deleted(conn, office_id, crm.provider, family):
                return "deleted there by somebody, and not made again"
        said = digest(card)
        if link is not None and link.pushed_hash == said and not card.notes:
            return "nothing new"
        if not (card.phones or card.emails):
            return "nobody to tell of"

        async def work(account: Account) -> Pushed:
            opportunity = link.opportunity_id if link else ""
            return await crm.push(card, account, opportunity_id=opportunity, deadline=DEADLINE)

        done = await line.call(office_id, crm.provider, crm.limits, work)
        at = clock.now()
        async with db.office(office_id) as conn:
            await store.tell_notes(
                conn, office_id, crm.provider, UUID(card.lead_id), [key for key, _ in card.notes], at=at
            )
            await store.pushed(
                conn,
                office_id,
                crm.provider,
                done.contact_id,
                UUID(card.lead_id),
                tags=done.tags,
                opportunity_id=done.opportunity_id,
                pushed_hash=said,
                at=at,
            )
        return "pushed"

    return push
