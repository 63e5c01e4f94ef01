"""Our app at HighLevel's marketplace: how an office installs it, and how its tokens are renewed.

All calls are of version v3 (oauth-v3.json): its /oauth/token takes and gives camelCase names.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx

from rekindle.kit.clock import Clock
from rekindle.providers.calls import Answer, AwayError, ask
from rekindle.providers.ghl.failures import failed
from rekindle.providers.ghl.settings import GhlSettings
from rekindle.providers.ports import CallFailedError, Fault

VERSION = "v3"
# Only what we call; a scope more is a question more for whoever installs the app.
SCOPES = (
    "contacts.readonly",
    "contacts.write",
    "conversations/message.readonly",
    "conversations/message.write",
    "opportunities.readonly",
    "opportunities.write",
    "calendars.readonly",
    "calendars/events.readonly",
    "calendars/events.write",
    "locations.readonly",
    "oauth.write",
    "oauth.readonly",
)
DAY_SECONDS = 86399
LONGEST_SECONDS = 366 * 86400

Values = dict[str, str]


class GhlOauth:
    """Asks for tokens. Values come back by the names our accounts keep them under; nothing is stored here."""

    def __init__(self, http: httpx.AsyncClient, settings: GhlSettings, clock: Clock) -> None:
        self._http = http
        self._settings = settings
        self._clock = clock

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Where a person chooses the sub-account. `state` is not in HighLevel's guide, but comes back; check it."""
        query = {
            "response_type": "code",
            "redirect_uri": self._settings.redirect_url or redirect_uri,
            "client_id": self._settings.client_id,
            "scope": " ".join(SCOPES),
            "state": state,
        }
        return f"{self._settings.marketplace_url}/v2/oauth/chooselocation?{urlencode(query)}"

    async def exchange(self, code: str, redirect_uri: str, *, deadline: float, location_id: str = "") -> Values:
        """The values of a sub-account for the code of an install; raises CallFailedError.

        An agency-wide install gives an agency's token: it is exchanged for that of `location_id`, or of the only
        sub-account it was approved for.
        """
        said = await self._token(
            {
                "grantType": "authorization_code",
                "code": code,
                "redirectUri": self._settings.redirect_url or redirect_uri,
                "userType": "Location",
            },
            deadline,
        )
        given = self._values(said)
        if given.get("location_id"):
            return given
        wanted = location_id or _only(said.get("approvedLocations"))
        if not wanted or not given.get("company_id"):
            text = "the app was installed for an agency; choose one sub-account when installing it"
            raise CallFailedError("no_location", text, fault=Fault.ACCOUNT)
        return await self.location_token(given["access_token"], given["company_id"], wanted, deadline=deadline)

    async def location_token(self, agency_token: str, company_id: str, location_id: str, *, deadline: float) -> Values:
        """A sub-account's own values for an agency's token; raises CallFailedError."""
        answer = await self._post(
            "/oauth/location-token",
            {"companyId": company_id, "locationId": location_id},
            deadline,
            {"authorization": f"Bearer {agency_token}"},
        )
        said = self._read(answer)
        return {**self._values(said), "location_id": location_id, "company_id": company_id, "user_type": "Location"}

    async def refresh(self, refresh_token: str, *, deadline: float) -> Values:
        """A new pair for a single-use refresh token; raises CallFailedError, fault ACCOUNT when it is refused."""
        form = {"grantType": "refresh_token", "refreshToken": refresh_token, "userType": "Location"}
        return self._values(await self._token(form, deadline))

    async def reconnect(self, location_id: str, *, deadline: float) -> Values:
        """New values when ours are lost, while the app is still installed; raises CallFailedError.

        Not in the published description: the path and its fields are those of HighLevel's help pages.
        """
        form = {
            "clientKey": self._settings.client_id,
            "clientSecret": self._settings.client_secret,
            "locationId": location_id,
        }
        said = self._read(await self._post("/oauth/reconnect", form, deadline))
        code = said.get("authorizationCode")
        if not isinstance(code, str) or not code:
            raise CallFailedError("no_code", "GoHighLevel gave no code to reconnect with", fault=Fault.ACCOUNT)
        form = {"grantType": "authorization_code", "code": code, "userType": "Location"}
        return self._values(await self._token(form, deadline))

    async def _token(self, form: Mapping[str, str], deadline: float) -> dict[str, Any]:
        ours = {"clientId": self._settings.client_id, "clientSecret": self._settings.client_secret}
        return self._read(await self._post("/oauth/token", {**ours, **form}, deadline))

    async def _post(
        self, path: str, form: Mapping[str, str], deadline: float, headers: Mapping[str, str] | None = None
    ) -> Answer:
        named = {"version": VERSION, "accept": "application/json", **(headers or {})}
        try:
            return await ask(
                self._http, "POST", self._settings.url + path, deadline=deadline, headers=named, data=dict(form)
            )
        except AwayError as error:
            text = f"GoHighLevel did not answer when asked for a token ({error})"
            raise CallFailedError("away", text, fault=Fault.AWAY) from error

    def _read(self, answer: Answer) -> dict[str, Any]:
        if answer.good:
            return answer.fields()
        error = failed(answer, self._clock.now())
        # A token that is refused is the account's fault, whichever of the 4xx says so.
        if error.fault is Fault.MESSAGE:
            error.fault = Fault.ACCOUNT
        raise error

    def _values(self, said: Mapping[str, Any]) -> Values:
        access, refresh = said.get("accessToken"), said.get("refreshToken")
        if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
            raise CallFailedError("malformed", "GoHighLevel's answer holds no pair of tokens", fault=Fault.AWAY)
        names = {"location_id": "locationId", "company_id": "companyId", "user_type": "userType", "scope": "scope"}
        told = {ours: said[theirs] for ours, theirs in names.items() if isinstance(said.get(theirs), str)}
        expires_at = self._clock.now() + timedelta(seconds=_seconds(said.get("expiresIn")))
        return {**told, "access_token": access, "refresh_token": refresh, "expires_at": expires_at.isoformat()}


def _seconds(given: object) -> float:
    usable = isinstance(given, (int, float)) and not isinstance(given, bool) and 0 < given <= LONGEST_SECONDS
    return float(given) if usable else DAY_SECONDS  # type: ignore[arg-type]


def _only(given: object) -> str:
    one = given[0] if isinstance(given, list) and len(given) == 1 else ""
    return one if isinstance(one, str) else ""
