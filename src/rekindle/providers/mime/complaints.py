"""Spam reports by mail (ARF, RFC 5965): a mailbox provider tells that somebody pressed "spam"."""

from rekindle.decide.words import Channel
from rekindle.providers.mime import addresses, bounces
from rekindle.providers.mime.types import Mail
from rekindle.providers.ports import OptedOut, UnparsableError

RULE = "mail:complaint"
REPORT = "message/feedback-report"


def is_complaint(mail: Mail) -> bool:
    """A report as RFC 5965 has it."""
    return any(part.content_type == REPORT for part in mail.attachments)


def read(mail: Mail, *, external_id: str) -> OptedOut:
    """Whoever complained hears no more from us by mail; raises UnparsableError when it is about no mail of ours.

    Anybody can write such a report: only one that returns a mail with our own id is believed.
    """
    told = next(bounces.fields_of(part.body) for part in mail.attachments if part.content_type == REPORT)
    original = bounces.returned(mail)
    if not addresses.own_id(original.get(bounces.OWN_ID, "")):
        raise UnparsableError("a spam report that does not say which message it is about")
    address = addresses.email(told.get("original-rcpt-to", "")) or addresses.email(original.get("to", ""))
    if not address:
        raise UnparsableError("a spam report that does not say who complained")
    return OptedOut(
        external_id=external_id,
        channels=frozenset({Channel.EMAIL}),
        address=address,
        rule=RULE,
        complaint=True,
        at=mail.date,
    )
