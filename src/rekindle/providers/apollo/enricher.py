"""Who is behind an e-mail address: POST people/match, its parameters in the query and no body."""

import secrets
from collections.abc import Callable
from datetime import timedelta

from rekindle.providers.apollo import failure, json_text, person, token
from rekindle.providers.apollo.client import Client, limits
from rekindle.providers.ports import Account, CallFailedError, Enrichment, Fault, Limit, Subject

# Documented: 1 credit for a match with data, 0 without; phones are charged with the callback, which tells its price.
MATCH_CREDITS = 1.0
NOBODY = Enrichment(found=False, facts=(), emails=(), phones=(), credits=0.0)
NEVER, ALWAYS = "never", "always"


def new_nonce() -> str:
    """Tells callbacks apart; that nobody can guess the address is the MAC's part."""
    return secrets.token_hex(12)


class ApolloEnricher:
    """Asks by e-mail address only: a name alone would bring facts about somebody else."""

    provider = "apollo"

    def __init__(self, client: Client, nonce: Callable[[], str] = new_nonce) -> None:
        self._client = client
        self._nonce = nonce

    def limits(self, account: Account) -> tuple[Limit, ...]:
        """Apollo counts each endpoint by itself."""
        return limits(account, "match")

    async def enrich(self, subject: Subject, account: Account, *, callback: str, deadline: float) -> Enrichment:
        """`callback` is the public URL of the office's hooks; without it no phones are asked for.

        Raises CallFailedError, nothing else.
        """
        if not subject.email:
            return NOBODY
        params = {"email": subject.email, "first_name": subject.first_name, "last_name": subject.last_name}
        params = {name: value for name, value in params.items() if value}
        reveal = self._reveal(subject, account, callback)
        said = await self._client.ask("POST", "/people/match", account, deadline=deadline, params=params | reveal)
        if said.status != 200:  # noqa: PLR2004 OK
            raise failure.failed(said, self._client.clock.now())
        fields = json_text.read(said.body)
        if not isinstance(fields, dict):
            raise CallFailedError("malformed", "Apollo's answer cannot be read", fault=Fault.AWAY)
        known = person.read(fields.get("person"))
        return Enrichment(
            found=known.found,
            facts=known.facts,
            emails=known.emails,
            phones=known.phones,
            credits=MATCH_CREDITS if known.found else 0.0,
            pending=_pending(fields) if reveal and known.found else "",
            barred_phones=known.barred_phones,
        )

    def _reveal(self, subject: Subject, account: Account, callback: str) -> dict[str, str]:
        """Eight credits: by default only for a lead we have no number of."""
        wish = account.get("phones")
        if not callback or not account.get("callback_secret") or wish == NEVER or (subject.phone and wish != ALWAYS):
            return {}
        expires_at = self._client.clock.now() + timedelta(days=token.LIFETIME_DAYS)
        tail = token.make(
            subject.lead_id, expires_at=expires_at, nonce=self._nonce(), secret=account.get("callback_secret")
        )
        return {"reveal_phone_number": "true", "webhook_url": f"{callback.rstrip('/')}/apollo/{tail}"}


def _pending(fields: dict[str, object]) -> str:
    """The name of the request its result can be fetched under; Apollo has called it both ways."""
    given = fields.get("request_id") or fields.get("http_request_id")
    return json_text.text(given, limit=40)
