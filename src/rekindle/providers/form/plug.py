"""Connecting a web form or portal: the keys its signatures are checked with."""

from rekindle.decide.words import Channel
from rekindle.providers import standard_webhooks as sw
from rekindle.providers.ports import Account, Checked, Field

LEAST_BYTES = 16  # of a signing key; Standard Webhooks itself asks for 24 to 64


class FormPlug:
    """Either key kind will do; both may stand while a portal moves from one to the other."""

    provider = "form"
    title = "Web form or portal (Standard Webhooks)"
    fields = (
        Field(
            "secret",
            "Signing secret",
            "Starts with whsec_. Whoever posts enquiries signs with it. While it is being replaced, write the new one "
            "and the old one with a comma between them.",
            secret=True,
            required=False,
            make=True,
        ),
        Field(
            "public_key",
            "Public key of the sender",
            "Starts with whpk_. For portals that sign with a key of their own (v1a). Several with commas between them.",
            required=False,
        ),
    )
    channels: frozenset[Channel] = frozenset()
    account_field = ""

    async def check(self, account: Account, *, deadline: float) -> Checked:  # noqa: ARG002 nobody is asked
        """Whether the keys can be used at all; a form cannot be asked whether it has them too."""
        secrets, keys = sw.secrets_in(account.get("secret")), sw.public_keys_in(account.get("public_key"))
        try:
            short = [secret for secret in secrets if len(sw.key_of(secret)) < LEAST_BYTES]
            for key in keys:
                sw.public_key_of(key)
        except sw.SecretError as error:
            return Checked(ok=False, text=f"This key cannot be used: {error}.")
        if not secrets and not keys:
            return Checked(ok=False, text="Neither a secret nor a public key is set, so nobody can post enquiries yet.")
        if short:
            return Checked(
                ok=False, text=f"The secret is too short to be safe: take at least {LEAST_BYTES} random bytes."
            )
        kinds = [*(["a secret"] if secrets else []), *(["a public key"] if keys else [])]
        return Checked(ok=True, text=f"Enquiries signed with {' or '.join(kinds)} are taken. Post one to be sure.")
