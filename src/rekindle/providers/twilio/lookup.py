"""Lookup v2: whether a number can get texts at all (https://www.twilio.com/docs/lookup/v2-api). Billed per call."""

import httpx

from rekindle.kit.clock import Clock
from rekindle.providers.calls import AwayError, ask
from rekindle.providers.ports import Account, CallFailedError, Fault, Limit
from rekindle.providers.twilio import access
from rekindle.providers.twilio.settings import TwilioSettings

INVALID = "invalid"
NOT_COVERED, NOT_ENABLED = 60600, 60606


class TwilioLookup:
    """Asks only where the office switched it on."""

    provider = "twilio"

    def __init__(self, http: httpx.AsyncClient, settings: TwilioSettings, clock: Clock) -> None:
        self._http = http
        self._settings = settings
        self._clock = clock

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 Twilio names no number of its own
        """A pace that no account minds; each call is billed, and a flood of leads must not become a bill at once."""
        return (Limit("lookup", 10, 1),)

    async def line_type(self, phone: str, account: Account, *, deadline: float) -> str | None:
        """`mobile`, `landline`, `nonFixedVoip`, …, `invalid` for no number at all; None when off or unknown.

        Raises CallFailedError.
        """
        if account.get("lookup") != "on":
            return None
        if not access.PHONE.fullmatch(phone):
            return INVALID
        try:
            said = await ask(
                self._http,
                "GET",
                f"{self._settings.lookups_url}/v2/PhoneNumbers/{phone}",
                params={"Fields": "line_type_intelligence"},
                auth=access.credentials(account),
                deadline=deadline,
            )
        except AwayError as error:
            raise CallFailedError("unreachable", f"Twilio Lookup: {error}", fault=Fault.AWAY) from error
        if said.status != 200:  # noqa: PLR2004 OK
            raise access.failed(said, self._clock.now())
        fields = said.fields()
        if not isinstance(fields.get("valid"), bool):
            raise CallFailedError("malformed", "Twilio Lookup's answer cannot be read", fault=Fault.AWAY)
        return _line_type(fields.get("line_type_intelligence")) if fields["valid"] else INVALID


def _line_type(told: object) -> str | None:
    if not isinstance(told, dict):
        return None
    if told.get("error_code") == NOT_ENABLED:
        text = "line type lookups are not enabled for the Twilio account"
        raise CallFailedError(str(NOT_ENABLED), text, fault=Fault.ACCOUNT)
    kind = told.get("type")
    return kind if isinstance(kind, str) and kind.isalpha() and told.get("error_code") is None else None
