"""`connect`: enter an office's credentials for a provider, look at once whether they work, say what to paste where."""

import asyncio
import json
import secrets
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any
from uuid import UUID

import typer
from typer.core import TyperCommand

from rekindle.cli.asking import ask, given_by_options
from rekindle.cli.context import Opened, UsageProblemError, engine, pick_office, run, say, wiring
from rekindle.cli.listing import Office
from rekindle.cli.set_up import AsJson
from rekindle.connections import connect as connecting
from rekindle.connections import store
from rekindle.connections.entry import ConnectError
from rekindle.connections.hooks import urls
from rekindle.connections.look import Looker
from rekindle.connections.types import State
from rekindle.connections.vault import StoredVault
from rekindle.decide.words import Channel
from rekindle.kit import settings
from rekindle.kit.crypto import KEY_BYTES, Keyring
from rekindle.outbox.resume import resume
from rekindle.providers.ports import Plug
from rekindle.traffic import store as traffic
from rekindle.traffic.breaker import mend

Provider = Annotated[str, typer.Argument(help="Which one; they are listed below.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="name=value, name=@file or name=- (standard input). Whatever is missing is asked for, secrets unseen.",
    ),
]
Carry = Annotated[list[Channel] | None, typer.Option("--carry", help="Let it carry this channel from now on.")]


@dataclass(frozen=True)
class Shown:
    """What `connect` prints. `made` are the values we made up: to be pasted at the provider, shown this once."""

    office: str
    provider: str
    account: str
    state: State
    note: str
    carries: tuple[str, ...]
    hooks: tuple[str, ...]
    made: dict[str, str] = field(repr=False)
    sandbox: bool


class Listing(TyperCommand):
    """A command whose help ends with every provider that is wired in."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The usual help, then the providers and what each wants."""
        super().format_help(ctx, formatter)
        typer.echo("Providers:")
        for plug in asyncio.run(_plugs()):
            wants = ", ".join(one.name if one.required and not one.make else f"[{one.name}]" for one in plug.fields)
            typer.echo(f"  {plug.provider:12} {plug.title}: {wants}")


def connect(
    provider: Provider,
    *,
    office: Office = None,
    given: Set = None,
    carry: Carry = None,
    check: Annotated[bool, typer.Option("--check/--no-check", help="Look live whether it works.")] = True,
    as_json: AsJson = False,
) -> None:
    """Connect a provider to an office; exit 1 when the live check fails (what was entered is kept all the same)."""

    async def work() -> Shown:
        async with engine(pool=2) as opened:
            plug = pick_plug(opened, provider)
            office_id = await pick_office(opened.db, office)
            try:
                return await _connect(opened, plug, office_id, given or [], carry or [], check=check)
            except ConnectError as error:
                raise UsageProblemError(str(error)) from error

    shown = run(work)
    _print(shown, as_json=as_json)
    if shown.state is State.FAILING:
        raise typer.Exit(1)


def pick_plug(opened: Opened, provider: str) -> Plug:
    """The plug of this name; raises UsageProblemError with the names there are."""
    plug = opened.providers.plugs.get(provider)
    if plug is None:
        known = ", ".join(sorted(opened.providers.plugs)) or "none is wired in"
        raise UsageProblemError(f"no provider named {provider} (known: {known})")
    return plug


async def _connect(
    opened: Opened, plug: Plug, office_id: UUID, entered: list[str], carry: list[Channel], *, check: bool
) -> Shown:
    stored = await StoredVault(opened.db, opened.keyring, opened.clock).read(office_id, plug.provider)
    has = {name for name, value in stored.values.items() if value} if stored else set()
    given = ask(plug, given_by_options(entered), has)
    async with opened.db.office(office_id) as conn:
        done = await connecting.connect(conn, office_id, opened.keyring, plug, given, at=opened.clock.now())
        for channel in carry:
            await connecting.route(conn, office_id, channel, plug)
    looked = await Looker(opened.db, opened.keyring, opened.clock).look(plug, office_id) if check else None
    async with opened.db.office(office_id) as conn:
        if looked is not None and looked.now is State.OK:
            if (await traffic.read(conn, office_id, plug.provider)).open:
                await mend(conn, office_id, plug.provider, at=opened.clock.now())
            await resume(conn, office_id, at=opened.clock.now())
        named = await store.named(conn, office_id)
        stands = await store.connection(conn, office_id, plug.provider) or done.connection
        routes = await store.routes(conn, office_id)
    slug = named.slug if named else ""
    return Shown(
        office=slug,
        provider=plug.provider,
        account=stands.account,
        state=stands.state,
        note=stands.note,
        carries=tuple(channel.value for channel, by in sorted(routes.items()) if by == plug.provider),
        hooks=urls(opened.providers.inbound, plug, done.shown, base_url=opened.settings.base_url, slug=slug),
        made=dict(done.made),
        sandbox=named is not None and named.mode == "sandbox",
    )


def _print(shown: Shown, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(shown)))
        return
    say.print(f"{shown.provider} for {shown.office}: {shown.note or 'kept, not looked at yet'}", markup=False)
    if shown.carries:
        say.print(f"it carries: {', '.join(shown.carries)}")
    if shown.made:
        say.print("made up for you and shown this once; what the provider asks for, paste there now:")
    for name, value in shown.made.items():
        typer.echo(f"  {name:16} {value}")
    if shown.hooks:
        say.print("webhook addresses to paste at the provider:")
    for url in shown.hooks:
        typer.echo(f"  {url}")
    if shown.sandbox:
        say.print(f"note: {shown.office} is in the sandbox; what it sends goes there until you say")
        say.print(f"  rekindle office live {shown.office}")


async def _plugs() -> list[Plug]:
    """Every plug by name. Help needs no key, and a key that opens nothing is none."""
    ring = Keyring(secrets.token_bytes(KEY_BYTES))
    async with wiring().providers(settings.read(), ring, None) as providers:
        return [plug for _, plug in sorted(providers.plugs.items())]
