"""How far an outbound message has come: state only moves forward, in any order of receipts, any number of times."""

from collections.abc import Mapping
from types import MappingProxyType

from rekindle.decide.words import MessageState

# What a state is worth as evidence. A receipt of a lower rank than what is known says nothing new; among the final
# ones the rank settles who wins, so that every order of arrival ends the same (a late "delivered" after
# "undelivered" happens, and the phone had it).
RANK: Mapping[MessageState, int] = MappingProxyType(
    {
        MessageState.PLANNED: 0,
        MessageState.CANCELED: 1,
        MessageState.IN_FLIGHT: 2,
        MessageState.UNKNOWN: 3,
        MessageState.FAILED: 4,
        MessageState.ACCEPTED: 5,
        MessageState.SENT: 6,
        MessageState.UNDELIVERED: 7,
        MessageState.DELIVERED: 8,
        MessageState.RECEIVED: 9,
    }
)


def advance(current: MessageState, incoming: MessageState) -> MessageState:
    """The state after hearing `incoming`: the one of higher rank, so order and repetition do not matter."""
    return incoming if RANK[incoming] > RANK[current] else current
