"""A no: consent taken back, addresses blocked, and the one confirmation the law allows, in the reply's transaction."""

from datetime import timedelta

from rekindle.consent.leave import leave
from rekindle.decide.optout import OptOut
from rekindle.decide.words import Channel, Lane, MessageClass
from rekindle.inbox.desk import Desk
from rekindle.inbox.said import KINDS, Said
from rekindle.leads import store as leads
from rekindle.office import store as offices
from rekindle.outbox import keys
from rekindle.outbox.plan import plan

REASON = "asked to stop"
CONFIRM_WITHIN = timedelta(minutes=5)  # no later, and only once (47 CFR 64.1200(a)(12))


async def take(desk: Desk, said: Said, wants_out: OptOut, *, confirmed: bool = False) -> None:
    """Close what the message closes: its own address, and the lead's others on those channels.

    `confirmed`: the carrier has told the lead so itself; a second confirmation would be one text too many.
    """
    points = await leads.points_of(desk.conn, desk.office_id, said.lead.id)
    for closing in sorted(wants_out.channels):
        here = [said.address] if closing is said.channel else []
        # A stranger at the wrong number speaks for that number, not for the lead's other addresses.
        alone = bool(here) and wants_out.rule.startswith("wrong_number")
        others = [] if alone else [point.value for point in points if point.kind == KINDS[closing]]
        for address in dict.fromkeys(here + others):
            closed = await leave(
                desk.conn,
                desk.office_id,
                desk.office_key,
                channels=frozenset({closing}),
                address=address,
                reason=REASON,
                rule=wants_out.rule,
                lead_id=said.lead.id,
                event_id=said.job.event_id,
                evidence={"text": said.text, "channel": said.channel.value},
                at=desk.at,
                said_at=said.at,
            )
            if closed and closing is Channel.SMS and address in here and not confirmed:
                await _confirm(desk, said)


async def _confirm(desk: Desk, said: Said) -> None:
    office = await offices.get(desk.conn, desk.office_id)
    await plan(
        desk.conn,
        desk.office_id,
        lead_id=said.lead.id,
        channel=Channel.SMS,
        address=said.address,
        message_class=MessageClass.COMPLIANCE,
        lane=Lane.REPLY,
        subject=None,
        body=f"{office.brokerage}: you are unsubscribed and will get no more messages from us. Reply START to resume.",
        at=desk.at,
        due_at=desk.at,
        expires_at=desk.at + CONFIRM_WITHIN,
        key=keys.of_stop(said.message_id),
        step="compliance",
    )
