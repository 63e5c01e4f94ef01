"""Connecting an office's sub-account: what a person enters, and whether it works."""

from rekindle.decide.words import Channel
from rekindle.providers.ghl import maps
from rekindle.providers.ghl.client import LOCATIONS, Call, GhlClient, named
from rekindle.providers.ports import Account, CallFailedError, Checked, Fault, Field

FIELDS = (
    Field(
        "location_id",
        "Location id",
        "In GoHighLevel: Settings, Business Profile, “Location ID”. Filled in for you when you install our app.",
    ),
    Field(
        "private_token",
        "Private integration token",
        "Settings, Private Integrations, Create new integration. Leave empty when you install our app instead.",
        secret=True,
        required=False,
    ),
    Field(
        "workflow_secret",
        "Workflow secret",
        "For the header X-Rekindle-Secret of “Custom Webhook” actions in your workflows. We make one up for you.",
        secret=True,
        required=False,
        make=True,
    ),
    Field(
        "activation_tags",
        "Activation tags",
        "Only contacts with one of these tags (comma separated) are followed up; empty: all are.",
        required=False,
    ),
    Field(
        "fields",
        "Custom fields",
        'Which of your custom fields takes what we know, as JSON: {"score": "field id", "intent": "field id"}.',
        required=False,
    ),
    Field(
        "pipeline",
        "Pipeline",
        'Where opportunities go, as JSON: {"pipeline_id": "…", "stages": {"contacted": "stage id"}}; empty: nowhere.',
        required=False,
    ),
    Field("calendar_id", "Calendar id", "May stay blank: nothing books into it by itself yet.", required=False),
    Field(
        "from_number", "Sending number", "Empty: GoHighLevel chooses the number as for your own texts.", required=False
    ),
    Field("email_from", "Sending e-mail address", "Empty: the office's own address is used.", required=False),
)


class GhlPlug:
    """Implements ports.Plug."""

    provider = "ghl"
    title = "GoHighLevel"
    fields = FIELDS
    channels = frozenset({Channel.SMS, Channel.EMAIL})
    account_field = "location_id"

    def __init__(self, client: GhlClient) -> None:
        self._client = client

    async def check(self, account: Account, *, deadline: float) -> Checked:
        """Read the sub-account's own record and the office's maps; changes nothing, raises nothing."""
        try:
            maps.check(account)
        except maps.MapError as error:
            return Checked(ok=False, text=str(error))
        line = self._client.line(account, deadline)
        try:
            said = await line.call(Call("GET", f"/locations/{named(line.location)}", version=LOCATIONS))
        except CallFailedError as error:
            return Checked(ok=False, text=_plainly(error))
        location = said.get("location")
        found = {name: _line(location.get(name)) for name in ("name", "timezone")} if isinstance(location, dict) else {}
        if not found.get("name"):
            return Checked(ok=False, text="GoHighLevel answered, but not with this location; check the location id.")
        zone = f" ({found['timezone']})" if found["timezone"] else ""
        return Checked(ok=True, text=f"Connected to {found['name']}{zone}.", found=tuple(found.items()))


def _plainly(error: CallFailedError) -> str:
    if error.code in {"not_connected", "no_location", "refresh_refused"}:
        return f"{error.text[:1].upper()}{error.text[1:]}."
    said = {
        Fault.ACCOUNT: "GoHighLevel does not let us in: check the token, its scopes and the location id.",
        Fault.BUSY: "GoHighLevel is taking no more requests for the moment; try again in a minute.",
        Fault.AWAY: "GoHighLevel cannot be reached right now; try again in a minute.",
        Fault.MESSAGE: "GoHighLevel does not know this location; check the location id.",
    }[error.fault]
    return f"{said} ({error.text})"


def _line(given: object) -> str:
    return given[:200] if isinstance(given, str) and given.isprintable() else ""
