"""Whether the providers answer: the sandbox, and every account of every office, each asked once and read-only."""

import asyncio
from uuid import UUID

from rekindle.connections import store
from rekindle.decide.words import Channel
from rekindle.kit.ids import new_id
from rekindle.providers.ports import (
    Account,
    Checked,
    Outgoing,
    Plug,
    Sender,
    SendRefusedError,
    SendUncertainError,
)
from rekindle.web.engine import Engine

SECONDS = 5.0
AT_ONCE = 8
NOBODY = UUID(int=0)


async def reached(engine: Engine) -> dict[str, Checked]:
    """What each said, by `sandbox` or `<office>/<provider>`; an office connected to nothing is not in it."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def ask(name: str, plug: Plug, account: Account) -> tuple[str, Checked]:
        async with slots:
            try:
                async with asyncio.timeout(SECONDS + 1):
                    return name, await plug.check(account, deadline=SECONDS)
            except TimeoutError:
                return name, Checked(ok=False, text="no answer in time")

    asked = [ask(name, plug, account) for name, plug, account in await _accounts(engine)]
    found = dict(await asyncio.gather(*asked))
    sandbox = engine.providers.sandbox
    return {"sandbox": await _sandbox(sandbox, engine), **found} if sandbox else found


async def _accounts(engine: Engine) -> list[tuple[str, Plug, Account]]:
    found = []
    for provider, plug in engine.providers.plugs.items():
        async with engine.db.plain() as conn:
            offices = await store.offices_with(conn, provider)
        for office_id in offices:
            held = await engine.accounts.of(office_id)
            if held is not None and provider in held.accounts:
                found.append((f"{held.slug}/{provider}", plug, held.accounts[provider]))
    return found


async def _sandbox(sender: Sender, engine: Engine) -> Checked:
    """Asks after a message nobody ever sent; any answer is an answer."""
    asked = Outgoing(
        office_id=NOBODY,
        message_id=new_id(),
        key=f"health:{new_id()}",
        channel=Channel.SMS,
        to="",
        sender="",
        subject=None,
        body="",
        headers=(),
        expires_at=engine.clock.now(),
    )
    try:
        await sender.find(asked, Account(NOBODY, sender.name, {}), deadline=SECONDS)
    except (SendUncertainError, SendRefusedError) as error:
        return Checked(ok=False, text=type(error).__name__.removesuffix("Error"))
    return Checked(ok=True, text="")
