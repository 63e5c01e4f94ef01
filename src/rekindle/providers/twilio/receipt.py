"""A status callback (https://www.twilio.com/docs/messaging/guides/track-outbound-message-status)."""

from collections.abc import Mapping

from rekindle.providers.ports import Consequence, Ignored, Receipt, UnparsableError
from rekindle.providers.twilio.codes import DELIVERY
from rekindle.providers.twilio.states import INCOMING, STATES

NO_CODE = frozenset({"", "0", "null", "None"})


def read(given: Mapping[str, str], external_id: str, *, message_id: str) -> Receipt | Ignored:
    """What became of the message; raises UnparsableError for a status Twilio has not described."""
    status = given["MessageStatus"]
    if status in INCOMING:
        return Ignored("the state of a text to us")
    if status not in STATES:
        raise UnparsableError(f"Twilio's message status {status} is not known here")
    code = given.get("ErrorCode", "")[:20]
    code = "" if code in NO_CODE else code
    known = DELIVERY.get(code)
    return Receipt(
        external_id=external_id,
        provider="twilio",
        provider_id=given["MessageSid"],
        key="",
        state=STATES[status],
        code=code,
        text=known.text if known else given.get("ErrorMessage", "")[:200],
        permanent=known is not None and known.permanent,
        at=None,
        message_id=message_id,
        consequence=known.consequence if known else Consequence.NOTHING,
    )
