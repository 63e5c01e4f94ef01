"""The only wiring: which providers exist and how their processes run; then the command line takes over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from rekindle.cli import app, demo
from rekindle.cli.context import Opened, UsageProblemError, Wiring
from rekindle.decide.words import Channel
from rekindle.kit.clock import SystemClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.settings import Settings
from rekindle.office import keys
from rekindle.office import store as offices
from rekindle.office.types import Mode
from rekindle.providers.csv_file.inbound import CsvInbound
from rekindle.providers.form.api import ApiInbound
from rekindle.providers.form.source import FormInbound
from rekindle.providers.ports import Inbound, Providers, Sender
from rekindle.providers.sandbox.client import connect
from rekindle.providers.sandbox.directory import SandboxOffice
from rekindle.providers.sandbox.guard import SandboxInProductionError
from rekindle.providers.sandbox.inbound import SandboxInbound
from rekindle.providers.sandbox.phone import SandboxPhone
from rekindle.providers.sandbox.rates import DEMO, Rates
from rekindle.providers.sandbox.sender import SandboxSender
from rekindle.providers.sandbox.serve import SandboxPortError, serve

FEED_LEADS = 400  # new demo leads in all; at the feed's pace two hours' worth


@asynccontextmanager
async def providers(settings: Settings, keyring: Keyring) -> AsyncIterator[Providers]:
    """Every adapter, opened for the life of a process. Production has no sandbox at all."""
    sources: list[Inbound] = [FormInbound(), ApiInbound(), CsvInbound()]
    if settings.production:
        yield Providers({}, {source.source: source for source in sources})
        return
    sources.append(SandboxInbound())
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(connect(settings, token=_token(keyring)))
        sender: Sender = SandboxSender(client, SystemClock())
        yield Providers(
            dict.fromkeys(Channel, sender), {source.source: source for source in sources}, SandboxPhone(client)
        )


async def sandbox(opened: Opened, stop: asyncio.Event, *, rates: Rates = DEMO) -> None:
    """The sandbox provider's process: it gets the secrets of sandbox offices, and of no others."""
    try:
        await serve(
            settings=opened.settings,
            token=_token(opened.keyring),
            offices=lambda: _sandbox_offices(opened),
            feed_count=FEED_LEADS if demo.is_here(opened.settings) else 0,
            feed_office=demo.EXAMPLE,
            clock=opened.clock,
            stop=stop,
            rates=rates,
        )
    except (SandboxInProductionError, SandboxPortError) as error:
        raise UsageProblemError(str(error)) from error


async def _sandbox_offices(opened: Opened) -> list[SandboxOffice]:
    async with opened.db.plain() as conn:
        listed = [office for office in await offices.all_offices(conn) if office.mode is Mode.SANDBOX]
    found = []
    for office in listed:
        async with opened.db.office(office.office_id) as conn:
            form = await keys.form_secret(conn, office.office_id, opened.keyring, "form")
            own = await keys.form_secret(conn, office.office_id, opened.keyring, "sandbox")
        if form and own:
            found.append(SandboxOffice(office.office_id, office.slug, form, own))
    return found


def _token(keyring: Keyring) -> str:
    """What our processes show the sandbox; both sides derive it, so nothing is stored or sent around."""
    return keyring.derive("sandbox token").hex()


def run() -> None:
    """The `rekindle` command."""
    app(obj=Wiring(providers, sandbox))
