"""What a worker process turns: one pump a queue, each waking on its own notifications."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from rekindle import timers
from rekindle.alerts import looking, tell, wires
from rekindle.cli.context import Opened
from rekindle.connections.accounts import Accounts
from rekindle.connections.look import Looker
from rekindle.consent import lists
from rekindle.crm import push
from rekindle.errands.line import Line
from rekindle.errands.run import Runner, run_batch
from rekindle.errands.types import Handler as ErrandHandler
from rekindle.errands.types import Kind
from rekindle.inbox import canary, deep, enrich, feeds, fetch, lookup, poll
from rekindle.inbox.desk import Asks
from rekindle.inbox.handle import Handler, handle_batch
from rekindle.kit.limits import Limits
from rekindle.kit.pump import Pump
from rekindle.nurture.means import Means
from rekindle.nurture.pump import Looker as Considering
from rekindle.nurture.pump import consider_batch, wake_batch
from rekindle.outbox.desk import Desk
from rekindle.outbox.pump import Outbox
from rekindle.outbox.reconcile import reconcile
from rekindle.outbox.routes import Connected
from rekindle.traffic.traffic import Traffic

WAKE_SECONDS = 1.0
RECONCILE_SECONDS = 5.0
TIMER_SECONDS = 30.0


class Running(Protocol):
    """Anything that turns until told to stop."""

    async def run(self, stop: asyncio.Event) -> None: ...


@dataclass(frozen=True)
class Pumps:
    """All of them, and which notification wakes which."""

    all: tuple[Running, ...]
    wakes: Mapping[str, asyncio.Event]


def pumps(opened: Opened, limits: Limits) -> Pumps:
    """The pumps of one worker process. Chance enters the engine here."""
    chance = random.SystemRandom().random
    db, clock, wired, base_url = opened.db, opened.clock, opened.providers, opened.settings.base_url
    accounts = Accounts(db, opened.keyring, clock)
    traffic, told = Traffic(db, limits, clock), wires.of_breakers(db, clock)
    line = Line(accounts, traffic, clock, told)
    means = Means(opened.keyring, base_url, crms=tuple(wired.crms))
    routes = Connected(accounts, wired.senders, wired.sandbox)
    outbox = Outbox(Desk(db, opened.keyring, clock, chance, routes, traffic, told, base_url))
    asks = Asks(tuple(wired.enrichers), tuple(wired.tellers))
    handling = Handler(db, opened.keyring, clock, wired.inbound, accounts, chance, asks)
    inbox = Pump("inbox", partial(handle_batch, handling))
    considering = Pump("consideration", partial(consider_batch, Considering(db, clock, means, chance)))
    runner = Runner(db, clock, handlers(opened, line), wires.of_errand, chance)
    errands = Pump("errand", partial(run_batch, runner))
    return Pumps(
        all=(
            inbox,
            considering,
            Pump("enrollment", partial(wake_batch, db, clock=clock), WAKE_SECONDS),
            outbox,
            Pump("open", partial(reconcile, outbox.desk), RECONCILE_SECONDS),
            errands,
            Pump("timers", partial(timers.run_due, timers.Shop(db, clock, wired)), TIMER_SECONDS),
        ),
        wakes={
            "inbox": inbox.wake,
            "consideration": considering.wake,
            "outbox": outbox.wake,
            "errand": errands.wake,
        },
    )


def handlers(opened: Opened, line: Line) -> dict[Kind, ErrandHandler]:
    """Who does which kind of errand."""
    db, clock, keyring, wired = opened.db, opened.clock, opened.keyring, opened.providers
    base_url = opened.settings.base_url
    poller = poll.Poller(db, clock, line, wired.crms, wired.inbound)
    return {
        Kind.FETCH: fetch.handler(db, clock, line, wired),
        Kind.ENRICH: enrich.handler(db, keyring, clock, line, wired.enrichers, base_url=base_url),
        Kind.LOOKUP: lookup.handler(db, keyring, clock, line, wired.tellers),
        Kind.CRM: push.handler(db, keyring, clock, line, wired.crms),
        Kind.NOTICE: tell.handler(db, clock, line, wired.notifiers, base_url),
        Kind.LIST: lists.handler(db, clock, line, wired.lists),
        Kind.READ: feeds.handler(feeds.Reader(db, clock, line, wired.feeds, wired.inbound)),
        Kind.POLL: poll.handler(poller),
        Kind.COMPARE: deep.handler(poller),
        Kind.CANARY: canary.handler(db, clock, line, wired.crms),
        Kind.LOOK: looking.handler(Looker(db, keyring, clock), wired.plugs),
    }
