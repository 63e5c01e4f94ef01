"""SMS by Twilio's Messages API, told apart: certainly refused, certainly taken, nobody knows.

Plain httpx rather than the SDK: its client has no time-out by default and cannot be pointed at another host.
"""

from datetime import datetime

import httpx

from rekindle.decide.words import Channel
from rekindle.kit.clock import Clock
from rekindle.providers.calls import AwayError, NeverLeftError, ask
from rekindle.providers.ports import (
    Accepted,
    Account,
    CannotTell,
    Fault,
    Found,
    Limit,
    Missing,
    Outgoing,
    SendRefusedError,
    SendUncertainError,
)
from rekindle.providers.twilio import access, answer, listing
from rekindle.providers.twilio.settings import TwilioSettings

LONGEST_BODY = 1600
LONGEST_VALIDITY = 36_000
SHORTEST_VALIDITY = 60
# Connection overrides: all tries Twilio has within its 15 seconds, after any failure of ours. They are not signed.
OVERRIDES = "#rc=5&rp=all"


class TwilioSender:
    """From a Messaging Service or one number. Twilio has no idempotency key: an unknown send is found by its list."""

    name = "twilio"
    channels = frozenset({Channel.SMS})

    def __init__(self, http: httpx.AsyncClient, settings: TwilioSettings, clock: Clock) -> None:
        self._http = http
        self._settings = settings
        self._clock = clock

    def limits(self, account: Account) -> tuple[Limit, ...]:
        """Texts a second, as the office's kind of number is allowed: 1 unless it says otherwise."""
        given = account.get("per_second")
        count = int(given) if given.isascii() and given.isdigit() and len(given) < 5 else 1  # noqa: PLR2004 under 10,000
        return (Limit("sms", max(count, 1), 1),)

    async def send(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Accepted:
        """Hand over once; raises SendRefusedError or SendUncertainError, nothing else."""
        form = _form(outgoing, account, at=self._clock.now(), deadline=deadline)
        try:
            said = await ask(
                self._http,
                "POST",
                self._messages(account),
                deadline=deadline,
                auth=access.credentials(account),
                data=form,
            )
        except NeverLeftError as error:
            text = f"Twilio cannot be reached ({error})"
            wait = access.AWAY_SECONDS
            raise SendRefusedError("unreachable", text, permanent=False, retry_after=wait, fault=Fault.AWAY) from error
        except AwayError as error:
            raise SendUncertainError(f"no answer from Twilio ({error})") from error
        return Accepted(answer.taken(said, self._clock.now()))

    async def find(self, outgoing: Outgoing, account: Account, *, deadline: float) -> Found | Missing | CannotTell:
        """Whether Twilio's own list holds it; raises SendUncertainError when the list cannot be read."""
        if outgoing.attempted_at is None or not access.ACCOUNT_SID.fullmatch(account.get("account_sid")):
            return CannotTell()
        asked = listing.Listing(self._http, self._settings.api_url, account)
        return await listing.find(asked, outgoing, outgoing.attempted_at, at=self._clock.now(), deadline=deadline)

    def _messages(self, account: Account) -> str:
        sid = account.get("account_sid")
        if not access.ACCOUNT_SID.fullmatch(sid):
            raise _misconfigured("ACCOUNT_SID", "the account SID must be AC and 32 characters")
        return f"{self._settings.api_url}/2010-04-01/Accounts/{sid}/Messages.json"


def _form(outgoing: Outgoing, account: Account, *, at: datetime, deadline: float) -> dict[str, str]:
    if len(outgoing.body) > LONGEST_BODY:
        raise SendRefusedError("21617", "the text is longer than 1600 characters", permanent=True, fault=Fault.MESSAGE)
    # With SmartEncoded typographic quotes and dashes travel as plain ones, so that they do not double the price.
    form = {"To": outgoing.to, "Body": outgoing.body, "SmartEncoded": "true", **_from(account)}
    if outgoing.hooks:
        form["StatusCallback"] = f"{outgoing.hooks}/twilio/status/{outgoing.message_id}{OVERRIDES}"
    if outgoing.not_after is not None:
        form["ValidityPeriod"] = str(_validity(outgoing.not_after, at, deadline))
    return form


def _from(account: Account) -> dict[str, str]:
    service, number = account.get("messaging_service_sid"), account.get("from_number")
    if service:
        return {"MessagingServiceSid": service}
    if number:
        return {"From": number}
    raise _misconfigured("21603", "neither a Messaging Service nor a number to send from is set")


def _validity(not_after: datetime, at: datetime, deadline: float) -> int:
    """Seconds Twilio may keep trying, counted from the last moment at which it may take the message."""
    left = (not_after - at).total_seconds()
    if left < SHORTEST_VALIDITY:
        # Not worth sending: a queue of a minute would make it late. The gate decides again once the time is over.
        text = "less than a minute is left in which it may arrive"
        wait = max(left, 0.0) + 1.0
        raise SendRefusedError("WINDOW", text, permanent=False, retry_after=wait, fault=Fault.MESSAGE)
    return min(max(int(left - deadline), 1), LONGEST_VALIDITY)


def _misconfigured(code: str, text: str) -> SendRefusedError:
    wait = access.ACCOUNT_SECONDS
    return SendRefusedError(code, text, permanent=False, retry_after=wait, fault=Fault.ACCOUNT)
