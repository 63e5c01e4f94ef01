"""The only wiring: which providers exist and how their processes run; then the command line takes over."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import httpx

from rekindle.cli import app, demo
from rekindle.cli.context import Opened, UsageProblemError, Wiring
from rekindle.connections.vault import ShutVault, StoredVault
from rekindle.kit.clock import Clock, SystemClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.kit.settings import Settings
from rekindle.office import keys
from rekindle.office import store as offices
from rekindle.office.types import Mode
from rekindle.providers import calls
from rekindle.providers.apollo import client as apollo
from rekindle.providers.apollo import settings as apollo_settings
from rekindle.providers.apollo.enricher import ApolloEnricher
from rekindle.providers.apollo.inbound import ApolloInbound
from rekindle.providers.apollo.plug import ApolloPlug
from rekindle.providers.apollo.result import ApolloFetcher, ApolloResult
from rekindle.providers.calcom.inbound import CalcomInbound
from rekindle.providers.calcom.plug import CalcomPlug
from rekindle.providers.csv_file.inbound import CsvInbound
from rekindle.providers.form.api import ApiInbound
from rekindle.providers.form.plug import FormPlug
from rekindle.providers.form.source import FormInbound
from rekindle.providers.fub import settings as fub_settings
from rekindle.providers.fub.api import FubApi
from rekindle.providers.fub.fetcher import FubPeople
from rekindle.providers.fub.inbound import FubInbound
from rekindle.providers.fub.person import FubPerson
from rekindle.providers.fub.plug import FubPlug
from rekindle.providers.ghl import settings as ghl_settings
from rekindle.providers.ghl.client import GhlClient
from rekindle.providers.ghl.crm import GhlCrm
from rekindle.providers.ghl.fetch import GhlContactFetcher
from rekindle.providers.ghl.oauth import GhlOauth
from rekindle.providers.ghl.plug import GhlPlug
from rekindle.providers.ghl.sender import GhlSender
from rekindle.providers.ghl.source import GhlInbound
from rekindle.providers.ghl.source_fetched import GhlContactInbound, GhlMessageInbound
from rekindle.providers.ghl.workflow import GhlWorkflowInbound
from rekindle.providers.mail import settings as mail_settings
from rekindle.providers.mail.mailbox import Mailbox
from rekindle.providers.mail.plug import MailPlug
from rekindle.providers.mail.source import MailInbound
from rekindle.providers.meta import settings as meta_settings
from rekindle.providers.meta.fetcher import MetaLeads
from rekindle.providers.meta.graph import Graph
from rekindle.providers.meta.inbound import MetaInbound
from rekindle.providers.meta.lead import MetaLead
from rekindle.providers.meta.plug import MetaPlug
from rekindle.providers.ports import Fetcher, Inbound, Notifier, Plug, Providers, Sender, Vault
from rekindle.providers.sandbox.client import connect
from rekindle.providers.sandbox.directory import SandboxOffice
from rekindle.providers.sandbox.guard import SandboxInProductionError
from rekindle.providers.sandbox.inbound import SandboxInbound
from rekindle.providers.sandbox.phone import SandboxPhone
from rekindle.providers.sandbox.rates import DEMO, Rates
from rekindle.providers.sandbox.sender import SandboxSender
from rekindle.providers.sandbox.serve import SandboxPortError, serve
from rekindle.providers.sendgrid import settings as sendgrid_settings
from rekindle.providers.sendgrid.events import SendGridInbound
from rekindle.providers.sendgrid.listed import SendGridListInbound
from rekindle.providers.sendgrid.lists import SendGridLists
from rekindle.providers.sendgrid.mail import SendGridMailInbound
from rekindle.providers.sendgrid.notifier import SendGridNotifier
from rekindle.providers.sendgrid.plug import SendGridPlug
from rekindle.providers.sendgrid.requests import SendGridRequests
from rekindle.providers.sendgrid.sender import SendGridSender
from rekindle.providers.slack import settings as slack_settings
from rekindle.providers.slack.notifier import SlackNotifier
from rekindle.providers.slack.plug import SlackPlug
from rekindle.providers.smtp import settings as smtp_settings
from rekindle.providers.smtp.notifier import SmtpNotifier
from rekindle.providers.smtp.plug import SmtpPlug
from rekindle.providers.smtp.sender import SmtpSender
from rekindle.providers.twilio import settings as twilio_settings
from rekindle.providers.twilio.inbound import TwilioInbound
from rekindle.providers.twilio.lookup import TwilioLookup
from rekindle.providers.twilio.plug import TwilioPlug
from rekindle.providers.twilio.sender import TwilioSender
from rekindle.providers.zillow.inbound import ZillowInbound
from rekindle.providers.zillow.plug import ZillowPlug

FEED_LEADS = 400  # new demo leads in all; at the feed's pace two hours' worth


@asynccontextmanager
async def providers(settings: Settings, keyring: Keyring, db: Db | None) -> AsyncIterator[Providers]:
    """Every adapter, opened for the life of a process. Production has no sandbox at all.

    Without a database (a list of what can be connected) tokens cannot be renewed.
    """
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(calls.client())
        wired = real(http, clock, StoredVault(db, keyring, clock) if db else ShutVault(), os.environ)
        if settings.production:
            yield wired
            return
        lines = await stack.enter_async_context(connect(settings, token=_token(keyring)))
        yield replace(
            wired,
            inbound={**wired.inbound, SandboxInbound.source: SandboxInbound()},
            sandbox=SandboxSender(lines, clock),
            phone=SandboxPhone(lines),
        )


def real(http: httpx.AsyncClient, clock: Clock, vault: Vault, environ: Mapping[str, str]) -> Providers:
    """The adapters of real providers; raises SettingsError. What is not set up on the platform's side is not there."""
    twilio, sendgrid, ghl = twilio_settings.read(environ), sendgrid_settings.read(environ), ghl_settings.read(environ)
    meta, smtp, slack = meta_settings.read(environ), smtp_settings.read(environ), slack_settings.read(environ)
    mails = SendGridRequests(http, sendgrid, clock)
    crm = GhlClient(http, ghl, clock, vault)
    people = apollo.Client(http, apollo_settings.read(environ), clock)
    fub, graph = FubApi(http, fub_settings.read(environ), clock), Graph(http, meta, clock)
    mailbox, lists = Mailbox(clock, mail_settings.read(environ).tls), SendGridLists(mails)
    sources: list[Inbound] = [
        FormInbound(), ApiInbound(), CsvInbound(), MailInbound(), CalcomInbound(), ZillowInbound(),
        TwilioInbound(), SendGridInbound(), SendGridMailInbound(), SendGridListInbound(),
        GhlInbound(ghl), GhlWorkflowInbound(), GhlContactInbound(), GhlMessageInbound(),
        FubInbound(), FubPerson(), ApolloInbound(), ApolloResult(),
    ]  # fmt: skip
    plugs: list[Plug] = [
        FormPlug(), MailPlug(mailbox), CalcomPlug(), ZillowPlug(), TwilioPlug(http, twilio, clock), SendGridPlug(mails),
        GhlPlug(crm), FubPlug(fub), ApolloPlug(people), SmtpPlug(smtp.tls), SlackPlug(http, slack),
    ]  # fmt: skip
    fetchers: list[Fetcher] = [GhlContactFetcher(crm), FubPeople(fub), ApolloFetcher(people)]
    if meta.wired:
        sources += [MetaInbound(meta), MetaLead()]
        plugs.append(MetaPlug(graph))
        fetchers.append(MetaLeads(graph))
    senders: list[Sender] = [
        TwilioSender(http, twilio, clock), SendGridSender(http, sendgrid, clock), SmtpSender(clock, smtp.tls),
        GhlSender(crm),
    ]  # fmt: skip
    notifiers: list[Notifier] = [
        SlackNotifier(http, slack, clock), SendGridNotifier(mails), SmtpNotifier(clock, smtp.tls),
    ]  # fmt: skip
    return Providers(
        senders={sender.name: sender for sender in senders},
        inbound={source.source: source for source in sources},
        plugs={plug.provider: plug for plug in plugs},
        fetchers={fetcher.source: fetcher for fetcher in fetchers},
        enrichers={"apollo": ApolloEnricher(people)},
        notifiers={notifier.provider: notifier for notifier in notifiers},
        lists={lists.provider: lists},
        feeds={lists.provider: lists, mailbox.provider: mailbox},
        crms={"ghl": GhlCrm(crm)},
        tellers={"twilio": TwilioLookup(http, twilio, clock)},
        oauth={"ghl": GhlOauth(http, ghl, clock)} if ghl.oauth else {},
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
