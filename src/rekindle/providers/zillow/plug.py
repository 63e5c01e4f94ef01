"""Connecting Zillow Rentals: an address that only Zillow is told."""

from rekindle.decide.words import Channel
from rekindle.providers.ports import Account, Checked, Field
from rekindle.providers.zillow.inbound import SHORTEST


class ZillowPlug:
    """Enquiries only come in; nothing of ours asks Zillow."""

    provider = "zillow"
    title = "Zillow Rentals and HotPads"
    fields = (
        Field(
            "path_token",
            "Secret end of the address",
            "Made here. It is the last part of the address you give to Zillow: whoever knows it can post enquiries.",
            secret=True,
            make=True,
        ),
    )
    channels: frozenset[Channel] = frozenset()
    account_field = ""

    async def check(self, account: Account, *, deadline: float) -> Checked:  # noqa: ARG002 nobody is asked
        """Whether the secret is long and plain enough; Zillow cannot be asked whether it has the address."""
        token = account.get("path_token")
        if not token:
            return Checked(ok=False, text="No secret is set, so there is no address Zillow could post to.")
        if len(token) < SHORTEST:
            return Checked(ok=False, text=f"The secret can be guessed: use at least {SHORTEST} characters.")
        if not all(sign.isascii() and (sign.isalnum() or sign in "-_") for sign in token):
            return Checked(ok=False, text="The secret may hold only letters, digits, hyphens and underscores.")
        return Checked(ok=True, text="The address is ready; Zillow's first enquiry will show that it works.")
