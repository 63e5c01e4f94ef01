"""Connecting Cal.com: a secret that both sides know."""

from rekindle.decide.words import Channel
from rekindle.providers.ports import Account, Checked, Field

SHORTEST = 16


class CalcomPlug:
    """Bookings only come in; nothing of ours asks Cal.com."""

    provider = "calcom"
    title = "Cal.com bookings"
    fields = (
        Field(
            "secret",
            "Webhook secret",
            "Made here; paste it into the field Secret of the webhook in Cal.com.",
            secret=True,
            make=True,
        ),
    )
    channels: frozenset[Channel] = frozenset()
    account_field = ""

    async def check(self, account: Account, *, deadline: float) -> Checked:  # noqa: ARG002 nobody is asked
        """Whether the secret is one; Cal.com cannot be asked whether it has it too."""
        secret = account.get("secret")
        if not secret:
            return Checked(ok=False, text="No secret is set, so no booking can be believed.")
        if len(secret) < SHORTEST:
            return Checked(ok=False, text=f"The secret is too short: use at least {SHORTEST} characters.")
        return Checked(ok=True, text="A secret is set; use Ping test in Cal.com to see whether it has the same one.")
