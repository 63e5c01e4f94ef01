"""What a person enters to connect SendGrid, and whether it works."""

from dataclasses import dataclass

from rekindle.decide.words import Channel
from rekindle.providers import plain
from rekindle.providers.ports import Account, CallFailedError, Checked, Fault, Field
from rekindle.providers.sendgrid import PROVIDER, signature
from rekindle.providers.sendgrid.requests import SendGridRequests

FIELDS = (
    Field("api_key", "API key", "Settings, API Keys, Create API Key: it starts with SG.", secret=True),
    Field(
        "from_email",
        "Sending address",
        "The address your mail comes from; its domain must be authenticated at SendGrid.",
        required=False,
    ),
    Field(
        "event_public_key",
        "Event verification key",
        "Settings, Mail Settings, Event Webhooks, Signature verification. Two keys, while changing one: with a comma.",
        required=False,
    ),
    Field(
        "parse_public_key",
        "Inbound mail verification key",
        "The public key of the security policy of Inbound Parse. Without it no mail is taken in.",
        required=False,
    ),
    Field(
        "parse_path",
        "Last part of the inbound mail URL",
        "Made up by us; it keeps the address of your inbound mail from being guessed.",
        required=False,
        make=True,
    ),
    Field(
        "reply_domain",
        "Domain of inbound mail",
        "The host set up for Inbound Parse: answers to your e-mails go to it and so reach the lead's page.",
        required=False,
    ),
    Field(
        "track_clicks", "Track clicks", "on or off; on rewrites every link in your mail.", required=False, default="off"
    ),
    Field("track_opens", "Track opens", "on or off; an open never counts as a person.", required=False, default="off"),
)


@dataclass(frozen=True)
class SendGridPlug:
    """The form, and a look at the account that changes nothing."""

    requests: SendGridRequests
    provider: str = PROVIDER
    title: str = "SendGrid"
    fields: tuple[Field, ...] = FIELDS
    channels: frozenset[Channel] = frozenset({Channel.EMAIL})
    account_field: str = ""

    async def check(self, account: Account, *, deadline: float) -> Checked:
        """The key, what it may do, and whether the sending domain is authenticated; raises nothing."""
        try:
            answer = await self.requests.get("/v3/scopes", account, deadline=deadline)
        except CallFailedError as error:
            return Checked(ok=False, text=_refused(error))
        scopes = answer.fields().get("scopes")
        if not isinstance(scopes, list) or "mail.send" not in scopes:
            return Checked(
                ok=False, text="The API key works but may not send mail; give it Mail Send access at SendGrid."
            )
        wrong = _malformed(account)
        if wrong:
            return Checked(ok=False, text=wrong)
        return await self._domain(account, deadline=deadline)

    async def _domain(self, account: Account, *, deadline: float) -> Checked:
        domain = account.get("from_email").strip().rpartition("@")[2].lower()
        if not domain:
            return Checked(ok=True, text=f"The API key works and may send mail{_missing(account)}")
        try:
            answer = await self.requests.get("/v3/whitelabel/domains", account, deadline=deadline, domain=domain)
        except CallFailedError:
            unseen = f"The API key works and may send mail; whether {domain} is authenticated it could not see"
            return Checked(ok=True, text=unseen + _missing(account), found=(("domain", domain),))
        named = [one for one in plain.objects(answer.json()) if plain.line(one.get("domain")).lower() == domain]
        if any(one.get("valid") is True for one in named):
            text = f"The API key works, may send mail, and {domain} is authenticated{_missing(account)}"
            return Checked(ok=True, text=text, found=(("domain", domain),))
        what = "is entered at SendGrid but its DNS records are not verified yet" if named else "is not authenticated"
        return Checked(ok=False, text=f"The API key works, but {domain} {what}: Settings, Sender Authentication.")


def _refused(error: CallFailedError) -> str:
    if error.fault is Fault.ACCOUNT:
        return "SendGrid refuses the API key: it is missing, mistyped, deleted, or the account is suspended."
    if error.fault is Fault.BUSY:
        return "SendGrid asks us to slow down; try again in a minute."
    return "SendGrid does not answer; try again in a few minutes."


def _malformed(account: Account) -> str:
    for field in FIELDS:
        if field.name.endswith("_public_key"):
            try:
                signature.loads(account.get(field.name))
            except signature.KeyFormatError:
                return f"The {field.label.lower()} is not what SendGrid shows; copy the whole key again."
        if field.name.startswith("track_") and account.get(field.name) not in {"", "on", "off"}:
            return f"{field.label} must be on or off."
    return ""


def _missing(account: Account) -> str:
    """What is not connected yet; no fault, but somebody should know."""
    if not account.get("event_public_key").strip():
        return "; without the event verification key we hear nothing of bounces, opt-outs and deliveries."
    return "."
