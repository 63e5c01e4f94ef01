"""A lead wrote: keep it, read it, stop everything planned, and let a no be a no in the same transaction."""

import hashlib
from dataclasses import replace

from rekindle.decide import intent, optout, version
from rekindle.decide.intent import IntentReading
from rekindle.decide.optout import OptOut
from rekindle.decide.words import Intent, Lane, MessageClass, OptOutTier, Stage
from rekindle.inbox import opt_in, stop, store
from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.said import Said
from rekindle.inbox.types import Job
from rekindle.inbox.who import attribute
from rekindle.leads import store as leads
from rekindle.leads.ask import ask
from rekindle.leads.stated import clean
from rekindle.outbox.cancel import cancel_planned
from rekindle.providers.ports import Carrier, Reply, UnparsableError
from rekindle.sequences.enroll import exit_all
from rekindle.signals import store as signals
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

QUOTABLE = 5  # our own last messages, whose words a reply may quote
NO_CONTACT_YET = frozenset({Stage.NEW, Stage.ATTEMPTING})


async def take(desk: Desk, job: Job, reply: Reply) -> Done:
    """Settle one message from a lead; raises UnparsableError when its sender cannot be anybody."""
    said = await attribute(desk, job, reply)
    if said is None:
        return Done(job, "waits for its contact", None, again=True)
    family = await leads.family(desk.conn, desk.office_id, said.lead.id)
    ours = await store.last_sent(desk.conn, desk.office_id, family, limit=QUOTABLE)
    wants_out, reading = _read(said, reply, ours)
    out = wants_out.tier is OptOutTier.STOP
    if not said.vouched and not out:
        raise UnparsableError("nobody vouches for this e-mail's sender (SPF, DKIM) and it answers none of ours")
    if not await _keep(desk, said, reply):
        return Done(job, "reply seen before", said.lead.id)
    away = reply.automatic or _only_away(wants_out, reading)
    await _note(desk, said, wants_out, reading, away=away)
    if not away or out:
        reason = "opt_out" if out else "reply"
        await exit_all(desk.conn, desk.office_id, said.lead.id, reason=reason, at=desk.at)
        await cancel_planned(desk.conn, desk.office_id, said.lead.id, reason=reason, at=desk.at)
    if out:
        await stop.take(desk, said, wants_out, confirmed=reply.handled is Carrier.STOP)
    else:
        await opt_in.take(desk, said, by_carrier=reply.handled is Carrier.START)
    await ask(desk.conn, desk.office_id, [said.lead.id], lane=Lane.REPLY, cause="reply", at=desk.at)
    return Done(job, f"reply: {wants_out.tier.value}, {reading.intent.value}", said.lead.id)


def _read(said: Said, reply: Reply, ours: tuple[str, ...]) -> tuple[OptOut, IntentReading]:
    """What the words say; and a carrier that took them for a stop keyword of its own is right, whatever we read."""
    wants_out, reading = optout.classify(said.text, ours=ours), intent.read(said.text)
    if reply.handled is Carrier.STOP and wants_out.tier is not OptOutTier.STOP:
        closed = wants_out.channels | {said.channel}
        wants_out = replace(wants_out, tier=OptOutTier.STOP, rule="carrier:keyword", channels=closed)
    return wants_out, reading


async def _keep(desk: Desk, said: Said, reply: Reply) -> bool:
    """Keep the message, once: a CRM may tell of it by webhook without an id, and in its list with one."""
    if reply.contact_id and await store.heard(
        desk.conn,
        desk.office_id,
        said.lead.id,
        direction="in",
        channel=said.channel.value,
        body=clean(reply.body),
        said_at=said.at,
    ):
        return False
    row = {
        "id": said.message_id,
        "lead": said.lead.id,
        "channel": said.channel,
        "address": said.address,
        "class": MessageClass.CONVERSATIONAL_REPLY,
        "lane": int(Lane.REPLY),
        "subject": clean(reply.subject) or None,
        "body": clean(reply.body),
        "at": said.at,
        "provider": said.job.source.partition("-")[0],
        "provider_id": clean(reply.external_id),
        "event_id": said.job.event_id,
    }
    return await store.insert_reply(desk.conn, desk.office_id, row)


async def _note(desk: Desk, said: Said, wants_out: OptOut, reading: IntentReading, *, away: bool) -> None:
    """What was read: as a signal, on the lead, and in its story."""
    value = {
        "message_id": str(said.message_id),
        "tier": wants_out.tier.value,
        "rule": wants_out.rule,
        "intent": reading.intent.value,
        "intent_rule": reading.rule,
        "confidence": reading.confidence,
    }
    await signals.save(
        desk.conn,
        desk.office_id,
        said.lead.id,
        kind="reply",
        value=value,
        source="rules",
        version=version.CODE,
        input_hash=hashlib.sha256(said.text.encode()).digest(),
        at=desk.at,
    )
    line = {**value, "channel": said.channel.value, "text": said.text}
    await timeline.append(desk.conn, desk.office_id, said.lead.id, Kind.REPLIED, line, at=desk.at, actor=timeline.LEAD)
    spoke = wants_out.tier is OptOutTier.NONE and not away
    stage = Stage.CONTACTED if spoke and said.lead.stage in NO_CONTACT_YET else said.lead.stage
    await leads.set_fields(
        desk.conn,
        desk.office_id,
        said.lead.id,
        at=desk.at,
        last_inbound_at=said.lead.last_inbound_at if away else max(said.at, said.lead.last_inbound_at or said.at),
        intent=reading.intent.value,
        stage=stage.value,
    )


def _only_away(wants_out: OptOut, reading: IntentReading) -> bool:
    """An absence note is a machine's answer: the plan goes on, and the lead counts as silent as before."""
    return wants_out.tier is OptOutTier.NONE and reading.intent is Intent.OUT_OF_OFFICE
