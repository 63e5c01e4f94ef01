"""`connections`, `disconnect`, `office live`: what an office is connected to, and when it becomes real."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from rekindle.cli.context import Opened, UsageProblemError, engine, pick_office, run, say
from rekindle.cli.listing import Office
from rekindle.cli.set_up import AsJson
from rekindle.connections import connect as connecting
from rekindle.connections import store
from rekindle.connections.entry import ConnectError
from rekindle.decide.words import Channel
from rekindle.office import store as offices
from rekindle.office.types import Mode
from rekindle.traffic import store as traffic
from rekindle.traffic.types import Breaker

WORDS = {Channel.SMS: "texts", Channel.EMAIL: "e-mails"}


def connections(*, office: Office = None, as_json: AsJson = False) -> None:
    """List what an office is connected to and how each connection is; never a secret."""

    async def work() -> list[dict[str, Any]]:
        async with engine(pool=1) as opened:
            return await _rows(opened, await pick_office(opened.db, office))

    rows = run(work)
    for row in rows:
        if as_json:
            typer.echo(json.dumps(row))
            continue
        carries = ", ".join(row["carries"]) or "-"
        since = (row["checked_at"] or row["created_at"])[:16]
        state = "paused" if row["paused"] else row["state"]
        note = f"{row['paused']} {row['note']}".strip() if row["paused"] else row["note"]
        typer.echo(f"{row['provider']:14} {row['account'] or '-':24} {state:10} {since}  {carries}  {note}")
    if not rows and not as_json:
        say.print("nothing is connected yet; `rekindle connect --help` lists the providers")


def disconnect(provider: Annotated[str, typer.Argument(help="Which one.")], *, office: Office = None) -> None:
    """Forget an office's credentials with a provider; what it carried is carried by nobody until you choose."""

    async def work() -> list[str]:
        async with engine(pool=1) as opened:
            office_id = await pick_office(opened.db, office)
            try:
                async with opened.db.office(office_id) as conn:
                    before = await store.routes(conn, office_id)
                    await connecting.disconnect(conn, office_id, provider, at=opened.clock.now())
            except ConnectError as error:
                raise UsageProblemError(str(error)) from error
            return [WORDS[channel] for channel, by in sorted(before.items()) if by == provider]

    lost = run(work)
    say.print(f"{provider} is disconnected" + (f"; nothing carries {' and '.join(lost)} now" if lost else ""))


def live(
    slug: Annotated[str, typer.Argument(help="The office.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Let an office leave the sandbox: from then on its messages go to real people."""
    if not yes and not typer.confirm(f"Messages of {slug}, planned ones too, will go to real people. Go on?"):
        raise typer.Exit(2)

    async def work() -> list[str]:
        async with engine(pool=1) as opened:
            office_id = await pick_office(opened.db, slug)
            async with opened.db.office(office_id) as conn:
                await offices.set_mode(conn, office_id, Mode.LIVE)
                carried = await store.routes(conn, office_id)
            return [words for channel, words in WORDS.items() if channel not in carried]

    missing = run(work)
    say.print(f"{slug} is live")
    for words in missing:
        say.print(f"note: nothing carries its {words} yet; `rekindle connect --help` lists who can")


async def _rows(opened: Opened, office_id: UUID) -> list[dict[str, Any]]:
    async with opened.db.office(office_id) as conn:
        found = await store.connections(conn, office_id)
        routes = await store.routes(conn, office_id)
        at = opened.clock.now()
        breakers = {one.provider: one for one in await traffic.troubled(conn, office_id, at=at)}
    return [
        {
            "provider": one.provider,
            "account": one.account,
            "state": one.state.value,
            "note": one.note,
            "checked_at": one.checked_at.isoformat() if one.checked_at else None,
            "created_at": one.created_at.isoformat(),
            "paused": _paused(breakers.get(one.provider), at),
            "carries": [channel.value for channel, by in sorted(routes.items()) if by == one.provider],
        }
        for one in found
    ]


def _paused(breaker: Breaker | None, at: datetime) -> str:
    """Why nothing is asked of the provider just now, and until when; empty when it is asked."""
    if breaker is None or not (breaker.open or breaker.closed_until(at)):
        return ""
    again = breaker.closed_until(at)
    why = f" ({breaker.reason})" if breaker.reason else ""
    return f"Paused{why}; tried again " + (f"{again:%Y-%m-%dT%H:%M:%SZ}." if again else "now.")
