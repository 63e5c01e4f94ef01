"""What a person enters to connect Twilio, and a look whether it works that changes nothing."""

import asyncio
from typing import Any

import httpx

from rekindle.decide.words import Channel
from rekindle.kit.clock import Clock
from rekindle.providers.calls import AwayError, ask
from rekindle.providers.ports import Account, CallFailedError, Checked, Fault, Field
from rekindle.providers.twilio import access
from rekindle.providers.twilio.settings import TwilioSettings

AWAY = "Twilio could not be reached or did not answer sensibly; try again in a moment."

FIELDS = (
    Field("account_sid", "Account SID", "Console, Account Info. It begins with AC."),
    Field("auth_token", "Auth token", "Console, Account Info. It also proves that webhooks are genuine.", secret=True),
    Field("auth_token_next", "Next auth token", "While you rotate: the secondary token.", secret=True, required=False),
    Field("api_key_sid", "API key SID", "Optional: send with an API key instead. It begins with SK.", required=False),
    Field("api_key_secret", "API key secret", "Belongs to the API key.", secret=True, required=False),
    Field("messaging_service_sid", "Messaging Service SID", "Begins with MG. Or give a number below.", required=False),
    Field("from_number", "Number to send from", "Like +13125550100, when there is no service.", required=False),
    Field("per_second", "Texts a second", "1 for a local number, 3 for a toll-free one.", required=False, default="1"),
    Field("lookup", "Look up line types", "on: ask Twilio before the first text. It is billed.", required=False),
)  # fmt: skip


class TwilioPlug:
    """One Twilio account may serve several offices, so no field of it names an office."""

    provider = "twilio"
    title = "Twilio"
    fields = FIELDS
    channels = frozenset({Channel.SMS})
    account_field = ""

    def __init__(self, http: httpx.AsyncClient, settings: TwilioSettings, clock: Clock) -> None:
        self._http = http
        self._settings = settings
        self._clock = clock

    async def check(self, account: Account, *, deadline: float) -> Checked:
        """Reads the account with its auth token, and the service or number with what sends; raises nothing."""
        problem = _entered_wrong(account)
        if problem:
            return Checked(ok=False, text=problem)
        try:
            async with asyncio.timeout(deadline):
                known = await self._account(account, deadline)
                sender = await self._sender(account, deadline)
        except CallFailedError as error:
            return Checked(ok=False, text=_sentence(error))
        except TimeoutError:
            return Checked(ok=False, text=AWAY)
        if known.get("status") != "active":
            return Checked(ok=False, text=f"The Twilio account is {_word(known.get('status'))}; mend that at Twilio.")
        found = (("account", _word(known.get("friendly_name"))), ("sender", sender))
        if known.get("type") == "Trial":
            return Checked(
                ok=True, text="Twilio works, but a trial account can text verified numbers only.", found=found
            )
        return Checked(ok=True, text=f"Twilio works: {found[0][1]} sends from {sender}.", found=found)

    async def _account(self, account: Account, deadline: float) -> dict[str, Any]:
        """Always with the auth token: webhooks are verified by it even where an API key sends."""
        sid = account.get("account_sid")
        url = f"{self._settings.api_url}/2010-04-01/Accounts/{sid}.json"
        return await self._get(url, (sid, account.get("auth_token")), deadline)

    async def _sender(self, account: Account, deadline: float) -> str:
        auth, sid = access.credentials(account), account.get("account_sid")
        service, number = account.get("messaging_service_sid"), account.get("from_number")
        if service:
            told = await self._get(f"{self._settings.messaging_url}/v1/Services/{service}", auth, deadline)
            return f"the Messaging Service {_word(told.get('friendly_name'))}"
        url = f"{self._settings.api_url}/2010-04-01/Accounts/{sid}/IncomingPhoneNumbers.json"
        told = await self._get(url, auth, deadline, {"PhoneNumber": number})
        rows = told.get("incoming_phone_numbers")
        row = next((row for row in rows if isinstance(row, dict)), None) if isinstance(rows, list) else None
        if row is None:
            raise CallFailedError("21659", f"{number} does not belong to the Twilio account", fault=Fault.ACCOUNT)
        can = row.get("capabilities")
        if isinstance(can, dict) and can.get("sms") is False:
            raise CallFailedError("21606", f"{number} cannot send texts", fault=Fault.ACCOUNT)
        return number

    async def _get(
        self, url: str, auth: tuple[str, str], deadline: float, params: dict[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            said = await ask(self._http, "GET", url, deadline=deadline, auth=auth, params=params)
        except AwayError as error:
            raise CallFailedError("unreachable", "Twilio cannot be reached", fault=Fault.AWAY) from error
        if said.status != 200 or not said.fields():  # noqa: PLR2004 OK
            raise access.failed(said, self._clock.now())
        return said.fields()


def _entered_wrong(account: Account) -> str:
    service, number = account.get("messaging_service_sid"), account.get("from_number")
    if not access.ACCOUNT_SID.fullmatch(account.get("account_sid")):
        return "The Account SID must be AC followed by 32 letters and digits."
    if not account.get("auth_token"):
        return "The auth token is missing."
    if bool(account.get("api_key_sid")) != bool(account.get("api_key_secret")):
        return "An API key needs both its SID and its secret."
    if service and not access.SERVICE_SID.fullmatch(service):
        return "The Messaging Service SID must be MG followed by 32 letters and digits."
    if not service and not access.PHONE.fullmatch(number):
        return "Give a Messaging Service SID, or a number like +13125550100."
    return ""


def _sentence(error: CallFailedError) -> str:
    if error.fault is Fault.BUSY:
        return "Twilio is busy just now; try again in a moment."
    if error.fault is Fault.AWAY:
        return AWAY
    return f"Twilio refuses: {error.text} (code {error.code})."


def _word(told: object) -> str:
    return str(told).replace("\x00", "")[:100] if told else "unknown"
