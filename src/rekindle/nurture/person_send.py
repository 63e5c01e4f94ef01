"""A person's own message, or one an outside program asks for: the same gate, the same outbox, no other door."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.content import unsubscribe
from rekindle.content.compose import compose
from rekindle.content.fields import values
from rekindle.content.types import Rendered, Template
from rekindle.decide import gate
from rekindle.decide.decision import GateResult, Reason
from rekindle.decide.facts import Attempt, Facts
from rekindle.decide.policy import Policy
from rekindle.decide.words import Actor, Channel, Lane, MessageClass, Verdict
from rekindle.facts.load import gather
from rekindle.facts.types import Gathered
from rekindle.kit.db import Conn
from rekindle.kit.ids import new_id
from rekindle.leads import store as leads
from rekindle.nurture.means import Means
from rekindle.nurture.record import record_person
from rekindle.office.keys import office_key
from rekindle.outbox import keys
from rekindle.outbox.plan import plan

STEP = "person"
WORTH = timedelta(days=1)  # a person's words are for today
ENQUIRY_IS_FRESH = timedelta(days=1)

_NO_ADDRESS = Reason("address", Verdict.DENY, "NO_ADDRESS", "The lead gave no address for this channel.")
NOWHERE = GateResult(Verdict.DENY, _NO_ADDRESS.code, None, (_NO_ADDRESS,))


@dataclass(frozen=True)
class Note:
    """What a person wrote. `click` is made by the page or program, so that a doubled click is one message."""

    channel: Channel
    body: str
    subject: str | None
    click: UUID


@dataclass(frozen=True)
class Answer:
    """What the gate said. `message_id` None with verdict ALLOW: this very click was taken before."""

    verdict: Verdict
    code: str
    until: datetime | None
    reasons: tuple[Reason, ...]
    decision_id: UUID
    message_id: UUID | None


async def send(
    conn: Conn,
    office_id: UUID,
    lead_id: UUID,
    note: Note,
    *,
    person_id: UUID | None,
    means: Means,
    at: datetime,
    actor: Actor = Actor.PERSON,
) -> Answer:
    """Ask the gate and, when it allows, plan the message; refused ones leave a decision with every reason.

    Raises leads.NoSuchLeadError, and content.BadTemplateError when the text holds broken merge fields.
    """
    lead_id = (await leads.lock(conn, office_id, lead_id)).id
    known = await gather(conn, office_id, lead_id, at=at, office_key=await office_key(conn, office_id, means.keyring))
    policy = means.policy(at)
    to = address(known.facts, note.channel)
    made = _compose(known, note, to or "", means, office_id)
    attempt = _attempt(known.facts, note, to or "", made, policy, actor=actor, at=at)
    answer = judge(known.facts, attempt, policy, at=at)
    decision_id = new_id()
    message_id = None
    if answer.verdict is Verdict.ALLOW:
        message_id = await _plan(
            conn,
            office_id,
            lead_id,
            attempt,
            made,
            click=note.click,
            person_id=person_id,
            decision_id=decision_id,
            at=at,
        )
    who = f"{actor.value}:{person_id}" if person_id else actor.value
    await record_person(
        conn,
        office_id,
        known.facts,
        attempt,
        answer,
        policy=policy.version,
        message_id=message_id,
        decision_id=decision_id,
        actor=who,
        at=at,
    )
    return Answer(answer.verdict, answer.code, answer.until, answer.reasons, decision_id, message_id)


async def preview(
    conn: Conn, office_id: UUID, lead_id: UUID, channel: Channel, *, means: Means, at: datetime
) -> GateResult:
    """What the gate would say to a person's message on this channel now; reads only. Raises facts.NoLeadError."""
    known = await gather(conn, office_id, lead_id, at=at, office_key=await office_key(conn, office_id, means.keyring))
    policy = means.policy(at)
    to = address(known.facts, channel) or ""
    unwritten = Rendered(None, "", (), 0)
    note = Note(channel, "", None, new_id())
    attempt = _attempt(known.facts, note, to, unwritten, policy, actor=Actor.PERSON, at=at)
    return judge(known.facts, attempt, policy, at=at)


def judge(facts: Facts, attempt: Attempt, policy: Policy, *, at: datetime) -> GateResult:
    """The gate's answer; a lead without an address on the channel needs no gate."""
    return gate.check(facts, attempt, policy, at=at) if attempt.address else NOWHERE


def address(facts: Facts, channel: Channel) -> str | None:
    """Where to write: the address they last wrote from on this channel, else the one they prefer."""
    own = [a.value for a in facts.addresses if a.channel is channel]
    wrote = [i.address for i in facts.inbound if i.channel is channel and i.address in own]
    return wrote[-1] if wrote else next(iter(own), None)


def _attempt(
    facts: Facts, note: Note, to: str, made: Rendered, policy: Policy, *, actor: Actor, at: datetime
) -> Attempt:
    answers = _answers(facts, note.channel, to, policy, at=at)
    return Attempt(
        channel=note.channel,
        address=to,
        message_class=_class(facts, answers=answers, at=at),
        actor=actor,
        step=STEP,
        missing=made.missing,
        reply_to=answers,
        expires_at=at + WORTH,
    )


def _answers(facts: Facts, channel: Channel, to: str, policy: Policy, *, at: datetime) -> str | None:
    since = at - timedelta(minutes=policy.reply_minutes)
    heard = [i for i in facts.inbound if i.channel is channel and i.address == to and i.at >= since]
    return heard[-1].message_id if heard else None


def _class(facts: Facts, *, answers: str | None, at: datetime) -> MessageClass:
    if answers is not None:
        return MessageClass.CONVERSATIONAL_REPLY
    asked = facts.enquired_at
    fresh = asked is not None and at - asked <= ENQUIRY_IS_FRESH
    # In doubt it is marketing: only their own open question makes it an answer (COMPLIANCE 1.1).
    return MessageClass.INQUIRY_RESPONSE if fresh else MessageClass.MARKETING


def _compose(known: Gathered, note: Note, to: str, means: Means, office_id: UUID) -> Rendered:
    template = Template(STEP, 0, note.channel, note.subject if note.channel is Channel.EMAIL else None, note.body)
    link = unsubscribe.url(means.keyring, means.base_url, office_id, to)
    return compose(template, values(known.known, unsubscribe_url=link), first=to in known.openings)


async def _plan(
    conn: Conn,
    office_id: UUID,
    lead_id: UUID,
    attempt: Attempt,
    made: Rendered,
    *,
    click: UUID,
    person_id: UUID | None,
    decision_id: UUID,
    at: datetime,
) -> UUID | None:
    return await plan(
        conn,
        office_id,
        lead_id=lead_id,
        channel=attempt.channel,
        address=attempt.address,
        message_class=attempt.message_class,
        lane=Lane.REPLY,
        subject=made.subject,
        body=made.body,
        at=at,
        due_at=at,
        expires_at=attempt.expires_at,
        key=keys.of_person(click),
        decision_id=decision_id,
        step=STEP,
        actor_id=person_id,
    )
