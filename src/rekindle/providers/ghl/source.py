"""The source `ghl`: webhooks of HighLevel's marketplace, for one office or for all at one address."""

from rekindle.providers import plain
from rekindle.providers.ghl import verify
from rekindle.providers.ghl.reading import word
from rekindle.providers.ghl.reading_given import unwrapped
from rekindle.providers.ghl.settings import GhlSettings
from rekindle.providers.ports import (
    Account,
    Event,
    Inbound,
    Parsed,
    RefusedSignatureError,
    Request,
    UnparsableError,
    Verified,
)


class GhlInbound(Inbound):
    """Signed by HighLevel, meant for the account's location."""

    source = "ghl"
    provider = "ghl"

    def __init__(self, settings: GhlSettings) -> None:
        self._settings = settings

    def verify(self, request: Request, account: Account) -> Verified:
        """Named by `webhookId`, or by its content where there is none; raises RefusedSignatureError."""
        verify.signature(request, self._settings)
        try:
            raw = plain.fields(request.body)
        except UnparsableError as error:
            raise RefusedSignatureError("the body names no location") from error
        verify.location(raw, account.get("location_id"))
        verify.app(verify.every(raw, "appId"), self._settings)
        verify.freshness(verify.every(raw, "timestamp"), request.at)
        given = unwrapped(raw)
        party = given.line("contactid") or given.inner("appointment").line("contactid") or given.line("id")
        return Verified(_name(raw, request.body), party)

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:
        """One word an event; raises UnparsableError."""
        return (word(unwrapped(plain.fields(event.body)), event, account),)

    def account_names(self, request: Request) -> tuple[str, ...]:
        """The location the body names first: an event is about one."""
        return tuple(verify.locations(plain.peek(request.body)))[:1]


def _name(raw: dict[str, object], body: bytes) -> str:
    """Retries resend the same bytes under the same id; none of the published examples shows the id."""
    own = plain.line(next(iter(verify.every(raw, "webhookId")), ""))
    if own:
        return plain.named(own)
    given = unwrapped(raw)
    return plain.named(plain.hashed(body), given.line("type", limit=60), given.line("id", "contactid", limit=60))
