"""What a person enters to connect Apollo, and a look whether the key works that costs no credits."""

from rekindle.decide.words import Channel
from rekindle.providers.apollo import failure, json_text
from rekindle.providers.apollo.client import Client
from rekindle.providers.ports import Account, CallFailedError, Checked, Fault, Field

FIELDS = (
    Field("api_key", "API key", "Apollo, Settings, Integrations, API keys. Allow people/match.", secret=True),
    Field("callback_secret", "Callback secret", "Protects the addresses Apollo calls back.", secret=True, make=True),
    Field("phones", "Ask for phone numbers", "missing, always or never. 8 credits each.", False, False, "missing"),  # noqa: FBT003 secret, required
    Field("per_minute", "Calls a minute", "50 on the free plan, up to 1000 on paid ones.", False, False, "50"),  # noqa: FBT003 secret, required
)  # fmt: skip


class ApolloPlug:
    """A key belongs to one Apollo team; several offices may share it."""

    provider = "apollo"
    title = "Apollo.io"
    fields = FIELDS
    channels: frozenset[Channel] = frozenset()
    account_field = ""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def check(self, account: Account, *, deadline: float) -> Checked:
        """GET auth/health (https://docs.apollo.io/reference/authentication); raises nothing."""
        try:
            said = await self._client.ask("GET", "/auth/health", account, deadline=deadline)
            if said.status != 200:  # noqa: PLR2004 OK
                raise failure.failed(said, self._client.clock.now())
        except CallFailedError as error:
            return Checked(ok=False, text=_sentence(error))
        # A wrong key is answered 200 as well: the service is healthy, and nobody is logged in.
        if json_text.fields(said.body).get("is_logged_in") is not True:
            return Checked(ok=False, text="Apollo does not accept the API key.")
        return Checked(ok=True, text="Apollo works: the key is accepted.")


def _sentence(error: CallFailedError) -> str:
    if error.fault is Fault.BUSY:
        return "Apollo is busy just now; try again in a minute."
    if error.fault is Fault.AWAY:
        return "Apollo could not be reached or did not answer sensibly; try again in a moment."
    return f"Apollo refuses: {error.text}."
