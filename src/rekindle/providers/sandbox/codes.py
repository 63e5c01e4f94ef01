"""The error codes the sandbox speaks, after what carriers and mail servers say, and which of them are for good."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """`permanent`: this message to this address will never arrive."""

    code: str
    text: str
    permanent: bool


NOT_FOUND = 20404  # no message under this key: an answer to a question, not an error of a message
INVALID_NUMBER = Code("21211", "the To number is not a valid phone number", permanent=True)
OPTED_OUT = Code("21610", "the recipient has opted out of this sender", permanent=True)
TOO_LONG = Code("21617", "the body is longer than 1600 characters", permanent=True)
INCOMPLETE = Code("21604", "a required field is missing", permanent=True)
BUSY = Code("20429", "too many requests", permanent=False)
TOO_LATE = Code("20408", "the request came after its own deadline", permanent=False)
UNREACHABLE = Code("30003", "the handset is unreachable", permanent=False)
LANDLINE = Code("30006", "landline or unreachable carrier", permanent=True)
NO_MAILBOX = Code("550", "5.1.1 no such mailbox", permanent=True)
MAILBOX_FULL = Code("452", "4.2.2 mailbox full", permanent=False)

ALL = {
    c.code: c
    for c in (
        INVALID_NUMBER,
        OPTED_OUT,
        TOO_LONG,
        INCOMPLETE,
        BUSY,
        TOO_LATE,
        UNREACHABLE,
        LANDLINE,
        NO_MAILBOX,
        MAILBOX_FULL,
    )
}
