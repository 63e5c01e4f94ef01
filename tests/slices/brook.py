"""Providers that live in the tests: Brook carries texts, is typed in or consented to; Creek carries e-mails too."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from rekindle.decide.words import Channel
from rekindle.providers.ports import Account, CallFailedError, Checked, Fault, Field, Inbound

Check = Callable[[Account], Awaitable[Checked]]
TOKEN = "brook-token-7f3a"


async def good(account: Account) -> Checked:
    return Checked(ok=True, text=f"Brook answers for {account.get('location')}.", found=(("name", "Lake House"),))


async def bad(_: Account) -> Checked:
    return Checked(ok=False, text="Brook says the token is wrong.")


async def silent(_: Account) -> Checked:
    await asyncio.Event().wait()
    raise AssertionError


async def broken(_: Account) -> Checked:
    raise ValueError(TOKEN)


@dataclass
class Brook:
    """A plug whose check can be told what to find."""

    provider: str = "brook"
    title: str = "Brook Texting"
    fields: tuple[Field, ...] = (
        Field("token", "Access token", "Settings > Integrations > New token.", secret=True),
        Field("location", "Location", "The number in the address bar."),
        Field("calendar", "Calendar", "Which calendar to book in.", required=False, default="main"),
        Field("hook_secret", "Webhook secret", "We make one.", secret=True, make=True),
    )
    channels: frozenset[Channel] = frozenset({Channel.SMS})
    account_field: str = "location"
    checks: Check = good
    seen: list[Account] = field(default_factory=list)

    async def check(self, account: Account, *, deadline: float) -> Checked:
        assert deadline > 0
        self.seen.append(account)
        return await self.checks(account)


def creek() -> Brook:
    """Carries both; any account name."""
    return Brook(
        "creek",
        "Creek",
        (Field("key", "Key", "Creek's key.", secret=True),),
        frozenset({Channel.SMS, Channel.EMAIL}),
        "",
    )


class BrookInbound(Inbound):
    source = "brook"
    provider = "brook"


class BrookStatus(Inbound):
    source = "brook-status"
    provider = "brook"


@dataclass
class BrookOAuth:
    """Gives tokens for the code "good"."""

    asked: list[tuple[str, str]] = field(default_factory=list)

    def authorize_url(self, state: str, redirect: str, /) -> str:
        return f"https://brook.example/authorize?{urlencode({'state': state, 'redirect_uri': redirect})}"

    async def exchange(self, code: str, redirect: str, /, *, deadline: float) -> Mapping[str, str]:
        assert deadline > 0
        self.asked.append((code, redirect))
        if code != "good":
            raise CallFailedError("invalid_grant", "Brook does not know this code", fault=Fault.ACCOUNT)
        return {"location": "loc-9", "access_token": "oauth-access-1", "refresh_token": "oauth-refresh-1"}
