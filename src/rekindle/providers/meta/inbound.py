"""The webhook source `meta`: which forms were filled in. The lead itself is not in it and must be fetched."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from rekindle.decide.words import Lane
from rekindle.providers import plain
from rekindle.providers.meta.settings import MetaSettings
from rekindle.providers.ports import (
    Account,
    Event,
    Fetch,
    Ignored,
    Inbound,
    Parsed,
    RefusedSignatureError,
    Request,
    UnparsableError,
    Verified,
)

HEADER = "x-hub-signature-256"
LEAD_SOURCE = "meta-lead"

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,200}")


class MetaInbound(Inbound):
    """X-Hub-Signature-256 over the raw bytes: escaped letters are signed as they arrive, so nothing is re-encoded."""

    source = "meta"
    provider = "meta"
    pasted = False  # it stands in the platform's app, once for all offices
    lane = Lane.FIRST_TOUCH

    def __init__(self, settings: MetaSettings) -> None:
        self._settings = settings

    def verify(self, request: Request, account: Account) -> Verified:
        """Named by the leads of the office's own page; raises RefusedSignatureError."""
        page = account.get("page_id")
        if not page:
            raise RefusedSignatureError("this office has no page connected")
        if not plain.signed(request.headers.get(HEADER, ""), self._settings.app_secret, request.body, prefix="sha256="):
            raise RefusedSignatureError("X-Hub-Signature-256 is missing or does not fit")
        leads = sorted({lead for lead, _ in _leads(plain.peek(request.body), page)})
        if len(leads) == 1:
            return Verified(plain.named("leadgen", leads[0]))
        # A batch sent again may be cut differently, so each lead bears its own id besides; this one names the batch.
        return Verified(plain.hashed("\n".join(leads).encode() if leads else request.body))

    def parse(self, event: Event, account: Account) -> tuple[Parsed, ...]:
        """One thing to fetch for each lead of the office's own page, up to 1000 in a body; raises UnparsableError."""
        given = plain.fields(event.body)
        if given.get("object") != "page" or not isinstance(given.get("entry"), list):
            raise UnparsableError("not a webhook of a page")
        leads = dict(_leads(given, account.get("page_id")))
        if not leads:
            return (Ignored("it holds no new lead of this office's page"),)
        return tuple(Fetch(plain.named("leadgen", lead), LEAD_SOURCE, lead, at) for lead, at in leads.items())

    def challenge(self, request: Request, account: Account) -> bytes:  # noqa: ARG002 the app's, not the office's
        """Meta's question whether the URL is ours; raises RefusedSignatureError."""
        try:
            asked = dict(parse_qsl(urlsplit(request.url).query, max_num_fields=20))
        except ValueError as error:
            raise RefusedSignatureError("the query is malformed") from error
        token = self._settings.verify_token
        if not token or not plain.same(asked.get("hub.verify_token", ""), token):
            raise RefusedSignatureError("the verify token is another one")
        challenge = asked.get("hub.challenge", "")
        # Echoed as it came, so nothing may come that a browser could take for a page.
        if asked.get("hub.mode") != "subscribe" or not _CHALLENGE.fullmatch(challenge):
            raise RefusedSignatureError("not a question whether to subscribe")
        return challenge.encode()

    def account_names(self, request: Request) -> tuple[str, ...]:
        """Every page the body names: up to a thousand updates of any of the app's pages come in one request."""
        entries = plain.objects(plain.peek(request.body).get("entry"))
        return tuple(dict.fromkeys(page for entry in entries if (page := plain.digits(entry.get("id")))))


def _leads(given: dict[str, Any], page: str) -> list[tuple[str, datetime | None]]:
    """Id and time of every lead of this page; other pages may stand in the same batch."""
    return [
        (plain.digits(value.get("leadgen_id")), _time(value.get("created_time")))
        for entry in plain.objects(given.get("entry"))
        if plain.digits(entry.get("id")) == page
        for change in plain.objects(entry.get("changes"))
        if change.get("field") == "leadgen"
        for value in (plain.inner(change, "value"),)
        if plain.digits(value.get("leadgen_id"))
    ]


def _time(value: object) -> datetime | None:
    """Meta sends seconds since 1970 here."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
