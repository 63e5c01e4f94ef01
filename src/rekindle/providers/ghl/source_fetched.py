"""What we fetched from HighLevel ourselves, read with the same eyes as its webhooks. Nobody can post it."""

from rekindle.decide.words import Lane
from rekindle.providers import plain
from rekindle.providers.ghl.reading_contact import contact
from rekindle.providers.ghl.reading_given import Given
from rekindle.providers.ghl.reading_message import message
from rekindle.providers.ports import Account, Event, Inbound, Parsed, RefusedSignatureError, Request, Verified


class _Fetched(Inbound):
    provider = "ghl"
    pasted = False

    def verify(self, request: Request, account: Account) -> Verified:  # noqa: ARG002 nothing can make it pass
        """Refuses everything: these events come from our own calls, never over the wire."""
        raise RefusedSignatureError("this source takes nothing from outside")


class GhlContactInbound(_Fetched):
    """Contacts of the API: the answer to one, or a row of a search."""

    source = "ghl-contact"
    lane = Lane.STEP

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:
        """The contact as it stands; raises UnparsableError."""
        raw = plain.fields(event.body)
        return (contact(Given(plain.inner(raw, "contact") or raw), event, account),)


class GhlMessageInbound(_Fetched):
    """Messages of the API: rows of the export."""

    source = "ghl-message"

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:  # noqa: ARG002 a message needs none
        """A reply or what was sent elsewhere; raises UnparsableError."""
        raw = plain.fields(event.body)
        inside = plain.inner(raw, "message") or plain.inner(raw, "emailMessage") or raw
        return (message(Given(inside), event.external_id, inbound=None),)
