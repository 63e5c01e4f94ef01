"""The internal source `sendgrid-list`: pages of SendGrid's lists that we fetched ourselves. Nobody can post to it."""

from datetime import timedelta
from typing import Any

from rekindle.decide.words import Channel, Lane
from rekindle.providers import plain
from rekindle.providers.ports import (
    Account,
    Event,
    Ignored,
    Inbound,
    OptedOut,
    Parsed,
    RefusedSignatureError,
    Request,
    UnparsableError,
    Verified,
)
from rekindle.providers.sendgrid import PROVIDER
from rekindle.providers.sendgrid.lists import SOURCE
from rekindle.providers.sendgrid.word import EMAIL, EVERYWHERE, instant

# Our rule's name and the channels it closes; the last: no opt-out, nobody is there.
RULES: dict[str, tuple[str, frozenset[Channel], bool]] = {
    "spam_reports": ("spamreport", EVERYWHERE, False),
    "unsubscribes": ("unsubscribe", EMAIL, False),
    "bounces": ("bounce", EMAIL, True),
    "invalid_emails": ("invalid", EMAIL, True),
}
NEWS = timedelta(days=2)  # a complaint older than this was alerted by its webhook, or long ago by somebody else


class SendGridListInbound(Inbound):
    """Reads what SendGridLists fetched."""

    source = SOURCE
    provider = PROVIDER
    pasted = False
    lane = Lane.BULK

    def verify(self, request: Request, account: Account) -> Verified:  # noqa: ARG002 whoever asks, no
        """Always refuses; raises RefusedSignatureError."""
        raise RefusedSignatureError("this source takes nothing from outside")

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 the page says it all
        """One word for every entry; raises UnparsableError."""
        page = plain.fields(event.body)
        rule = RULES.get(plain.line(page.get("list")))
        if rule is None:
            raise UnparsableError("a page of a list we do not know")
        found = tuple(_word(entry, event, rule) for entry in plain.objects(page.get("entries")))
        return found or (Ignored("an empty page"),)


def _word(entry: dict[str, Any], event: Event, rule: tuple[str, frozenset[Channel], bool]) -> Parsed:
    name, channels, dead = rule
    address, at = plain.line(entry.get("email"), limit=320), instant(entry.get("created"))
    if "@" not in address:
        return Ignored("an entry without an address")
    return OptedOut(
        external_id=plain.hashed(f"{name}:{address}:{plain.digits(entry.get('created'))}".encode()),
        channels=channels,
        address=address,
        rule=f"{PROVIDER}:{name}",
        complaint=name == "spamreport" and at is not None and event.received_at - at < NEWS,
        at=at,
        dead=dead,
    )
