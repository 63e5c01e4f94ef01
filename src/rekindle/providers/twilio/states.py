"""Twilio's message states in our words (the enum of its official description, twilio-oai api.v2010 message)."""

from rekindle.decide.words import MessageState

STATES = {
    "accepted": MessageState.ACCEPTED,
    "scheduled": MessageState.ACCEPTED,
    "queued": MessageState.ACCEPTED,
    "sending": MessageState.ACCEPTED,
    "sent": MessageState.SENT,
    # Some parts arrived: no proof of the whole, and no proof of a failure.
    "partially_delivered": MessageState.SENT,
    "delivered": MessageState.DELIVERED,
    "read": MessageState.DELIVERED,
    "undelivered": MessageState.UNDELIVERED,
    "failed": MessageState.FAILED,
    # We never take a message back at Twilio; one taken back there by hand will not arrive.
    "canceled": MessageState.FAILED,
}
INCOMING = frozenset({"receiving", "received"})
