"""Fetches the person that a webhook named, as they stand now."""

from rekindle.providers import plain
from rekindle.providers.fub.api import FubApi
from rekindle.providers.fub.inbound import PERSON_SOURCE
from rekindle.providers.ports import Account, CallFailedError, Fault, Fetched, GoneError, Limit

REGISTERED, UNREGISTERED = 250, 125  # requests in ten seconds, with and without a registered system
SHARE = 5  # one in so many stays free for the office's other integrations, which draw on the same allowance


class FubPeople:
    """GET /people/{id}; reading twice does no harm."""

    provider = "fub"
    source = PERSON_SOURCE

    def __init__(self, api: FubApi) -> None:
        self._api = api

    def limits(self, account: Account) -> tuple[Limit, ...]:
        """What the key allows in a sliding window of ten seconds, less a share for others."""
        allowed = REGISTERED if account.get("system") and account.get("system_key") else UNREGISTERED
        return (Limit("fub-api", allowed - allowed // SHARE, 10),)

    async def fetch(self, ref: str, account: Account, *, deadline: float) -> tuple[Fetched, ...]:
        """The person of this id; raises GoneError when there is none (any more) and CallFailedError."""
        if not plain.digits(ref):
            raise GoneError("not the id of a person")
        # Custom fields come only when asked for (webhooks guide).
        answer = await self._api.get(f"people/{ref}", account, deadline=deadline, fields="allFields")
        if plain.digits(answer.fields().get("id")) != ref:
            raise CallFailedError("answer", "Follow Up Boss answered with another person", fault=Fault.AWAY)
        # The same state fetched twice is one event; `updated` in the body makes a return to an old state a new one.
        return (Fetched(plain.named("person", ref, plain.hashed(answer.body)), "application/json", answer.body),)
