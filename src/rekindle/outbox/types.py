"""An outbound message as the outbox holds it, and what became of one attempt to let it leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.decide.words import Channel, Lane, MessageClass, MessageState


@dataclass(frozen=True)
class Message:
    """One outbound row. `lead_id` is who the person is now: the winner, when the lead was merged since."""

    id: UUID
    lead_id: UUID
    channel: Channel
    address: str
    message_class: MessageClass
    lane: Lane
    state: MessageState
    subject: str | None
    body: str
    created_at: datetime
    due_at: datetime
    expires_at: datetime | None
    key: str
    provider: str | None
    provider_id: str | None
    enrollment_id: UUID | None
    step: str | None
    template: str | None
    template_version: int | None
    actor_id: UUID | None
    attempts: int
    lease_token: UUID | None
    in_flight_at: datetime | None
    accepted_at: datetime | None
    delivered_at: datetime | None
    error_code: str | None  # while planned: why it was held or put back


@dataclass(frozen=True)
class Terms:
    """How long things may take. A lease must outlive the deadline, the grace must outlive the lease's last send."""

    slots: int = 16  # messages on the wire at once, per process
    deadline: float = 15.0  # seconds for one call to a provider
    lease: float = 60.0  # seconds an in-flight message is left alone
    grace: timedelta = timedelta(seconds=90)  # since in flight, before a provider's "never had it" is believed
    alert_after: timedelta = timedelta(minutes=30)  # unknown for so long, a person is told
    patience: timedelta = timedelta(days=3)  # since written, for which a message outlasts a provider that takes nothing
    give_up_after: timedelta = timedelta(days=7)  # unknown for so long, we stop asking; it stays unknown


@dataclass(frozen=True)
class FromAddresses:
    """What the office sends from, and how it is called: by people, and in the URLs of its webhooks."""

    phone: str | None
    email: str | None
    name: str = ""
    slug: str = ""

    def of(self, channel: Channel) -> str:
        return (self.phone if channel is Channel.SMS else self.email) or ""
