"""One message from a lead, kept and attributed: what reading it and acting on it works with."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rekindle.decide.words import Channel
from rekindle.inbox.types import Job
from rekindle.leads.types import Lead

KINDS = {Channel.SMS: "phone", Channel.EMAIL: "email"}  # which contact points a channel reaches


@dataclass(frozen=True)
class Said:
    """`address` is the normalised sender; `at` is when it was written, never later than when it reached us."""

    job: Job
    lead: Lead
    message_id: UUID
    channel: Channel
    address: str
    text: str
    at: datetime
    vouched: bool = True  # somebody vouches that it is the sender's: a carrier, SPF or DKIM, our own reply token
