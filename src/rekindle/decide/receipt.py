"""Where a message stands, told in any order and any number of times: state only moves forward."""

from rekindle.decide.words import MessageState

# A later word beats an earlier one; of two last words the better proof wins: what was delivered was delivered.
RANK = {
    state: rank
    for rank, state in enumerate(
        (
            MessageState.PLANNED,
            MessageState.IN_FLIGHT,
            MessageState.UNKNOWN,
            MessageState.CANCELED,  # ours alone: a provider that has it knows better
            MessageState.ACCEPTED,
            MessageState.SENT,
            MessageState.FAILED,
            MessageState.UNDELIVERED,
            MessageState.DELIVERED,
        ),
    )
}


def advance(current: MessageState, incoming: MessageState) -> MessageState:
    """The state after a receipt; what was received from a lead has no receipts."""
    if current is MessageState.RECEIVED or incoming is MessageState.RECEIVED:
        return current
    return max(current, incoming, key=RANK.__getitem__)
