"""A planned message seen by the gate, and seen by the wire."""

from uuid import UUID

from rekindle.content import unsubscribe
from rekindle.decide.facts import Attempt, Facts
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


def outgoing_of(desk: Desk, office_id: UUID, message: Message, sender: FromAddresses) -> Outgoing:
    """What the provider's port takes."""
    return Outgoing(
        office_id=office_id,
        message_id=message.id,
        key=message.key,
        channel=message.channel,
        to=message.address,
        sender=sender.of(message.channel),
        subject=message.subject,
        body=message.body,
        headers=_headers(desk, office_id, message),
        expires_at=message.expires_at,
    )


def _headers(desk: Desk, office_id: UUID, message: Message) -> tuple[tuple[str, str], ...]:
    if message.channel is not Channel.EMAIL:
        return ()
    link = unsubscribe.url(desk.keyring, desk.base_url, office_id, message.address)
    return (("List-Unsubscribe", f"<{link}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
