"""Connecting Follow Up Boss."""

from rekindle.decide.words import Channel
from rekindle.providers import plain
from rekindle.providers.fub.api import FubApi
from rekindle.providers.ports import Account, CallFailedError, Checked, Fault, Field, GoneError

MENDS = {
    Fault.ACCOUNT: "Follow Up Boss does not accept this API key: make a new one under Admin, API, as the owner.",
    Fault.BUSY: "Follow Up Boss asks us to wait; try the check again in a minute.",
    Fault.AWAY: "Follow Up Boss cannot be reached right now; try the check again in a few minutes.",
    Fault.MESSAGE: "Follow Up Boss does not understand the question; tell whoever runs this installation.",
}


class FubPlug:
    """The owner's key reads people; the system key is what Follow Up Boss signs its webhooks with."""

    provider = "fub"
    title = "Follow Up Boss"
    fields = (
        Field("api_key", "API key", "Made by the account owner under Admin, API.", secret=True),
        Field("system", "System name", "The name under which the system was registered with Follow Up Boss."),
        Field("system_key", "System key", "Given at the registration; it signs the webhooks.", secret=True),
        Field(
            "activation_tags",
            "Activation tags",
            "Only people with one of these tags (commas between them) are followed up. Empty: everybody is.",
            required=False,
        ),
    )
    channels: frozenset[Channel] = frozenset()
    account_field = ""

    def __init__(self, api: FubApi) -> None:
        self._api = api

    async def check(self, account: Account, *, deadline: float) -> Checked:
        """Asks who the key belongs to."""
        if not account.get("system_key"):
            return Checked(ok=False, text="The system key is missing, so no webhook of Follow Up Boss can be believed.")
        try:
            answer = await self._api.get("identity", account, deadline=deadline)
        except GoneError:
            return Checked(ok=False, text=MENDS[Fault.MESSAGE])
        except CallFailedError as error:
            return Checked(ok=False, text=MENDS[error.fault])
        name = plain.line(plain.inner(answer.fields(), "account").get("name")) or "without a name"
        user = plain.line(plain.inner(answer.fields(), "user").get("name"))
        whose = f" with the key of {user}" if user else ""
        return Checked(ok=True, text=f"Connected to the account {name}{whose}.", found=(("account", name),))
