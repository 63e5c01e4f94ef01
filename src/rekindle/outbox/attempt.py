"""A planned message seen by the gate, and seen by the wire."""

from datetime import datetime
from uuid import UUID

from rekindle.content import threads, unsubscribe
from rekindle.decide import contact_law
from rekindle.decide.facts import Attempt, Facts
from rekindle.decide.policy import Policy
from rekindle.decide.words import Actor, Channel, MessageClass
from rekindle.outbox import keys
from rekindle.outbox.desk import Desk
from rekindle.outbox.types import FromAddresses, Message
from rekindle.providers.ports import Outgoing


def attempt_of(message: Message, known: Facts) -> Attempt:
    """What the gate judges at the claim. Its merge fields were there when it was written."""
    return Attempt(
        channel=message.channel,
        address=message.address,
        message_class=message.message_class,
        actor=Actor.AUTOMATION if message.actor_id is None else Actor.PERSON,
        step=message.step or ("person" if message.actor_id else message.message_class.value),
        message_id=str(message.id),
        reply_to=_reply_to(message, known),
        expires_at=message.expires_at,
    )


def _reply_to(message: Message, known: Facts) -> str | None:
    if message.key.startswith(keys.STOP_PREFIX):
        return message.key.removeprefix(keys.STOP_PREFIX)
    if message.message_class is not MessageClass.CONVERSATIONAL_REPLY:
        return None
    heard = [i for i in known.inbound if i.channel is message.channel and i.address == message.address]
    return max(heard, key=lambda i: i.at).message_id if heard else None


def outgoing_of(
    desk: Desk,
    office_id: UUID,
    message: Message,
    sender: FromAddresses,
    *,
    not_after: datetime | None = None,
    replies: str = "",
) -> Outgoing:
    """What the provider's port takes; `not_after`: the end of the contact window, when there is one.

    `replies`: a local part and domain (`{}` in place of its mark) at which answers to this very message reach us.
    """
    ends = [moment for moment in (message.expires_at, not_after) if moment is not None]
    return Outgoing(
        office_id=office_id,
        message_id=message.id,
        key=message.key,
        channel=message.channel,
        to=message.address,
        sender=sender.of(message.channel),
        subject=message.subject,
        body=message.body,
        headers=_headers(desk, office_id, message, replies),
        expires_at=message.expires_at,
        hooks=f"{desk.base_url}/hooks/{sender.slug}",
        not_after=min(ends, default=None),
        attempted_at=message.in_flight_at,
        sender_name=sender.name,
    )


def window_end(message: Message, known: Facts, policy: Policy, at: datetime) -> datetime | None:
    """When a text that leaves now must have arrived; e-mail has no hours."""
    if message.channel is not Channel.SMS:
        return None
    return contact_law.closes_at(policy, phone=message.address, state=known.state, zip_code=known.zip, at=at)


def reply_address(office_key: bytes, message: Message, domain: str) -> str:
    """Where answers to this message come in, with `{}` for what kind of answer; "" when no domain brings mail in."""
    return f"{{}}.{threads.make(office_key, message.id)}@{domain}" if domain else ""


def _headers(desk: Desk, office_id: UUID, message: Message, replies: str) -> tuple[tuple[str, str], ...]:
    if message.channel is not Channel.EMAIL:
        return ()
    link = unsubscribe.url(desk.keyring, desk.base_url, office_id, message.address)
    # RFC 8058: the https link comes first and alone decides one-click; a mailto is for clients that know only that.
    ways = f"<{link}>, <mailto:{replies.format('u')}?subject=unsubscribe>" if replies else f"<{link}>"
    headers = (("List-Unsubscribe", ways), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return (*headers, ("Reply-To", replies.format("r"))) if replies else headers
