"""What a worker process turns: one pump a queue, each waking on its own notifications."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from rekindle import timers
from rekindle.cli.context import Opened
from rekindle.inbox.handle import Handler, handle_batch
from rekindle.kit.pump import Pump
from rekindle.nurture.means import Means
from rekindle.nurture.pump import Looker, consider_batch, wake_batch
from rekindle.outbox.desk import Desk
from rekindle.outbox.pump import Outbox
from rekindle.outbox.reconcile import reconcile

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


def pumps(opened: Opened) -> Pumps:
    """The pumps of one worker process. Chance enters the engine here."""
    chance = random.SystemRandom().random
    base_url = opened.settings.base_url
    looker = Looker(opened.db, opened.clock, Means(opened.keyring, base_url), chance)
    desk = Desk(opened.db, opened.keyring, opened.clock, chance, opened.providers.senders, base_url)
    outbox = Outbox(desk)
    inbox = Pump(
        "inbox", partial(handle_batch, Handler(opened.db, opened.keyring, opened.clock, opened.providers, chance))
    )
    considering = Pump("consideration", partial(consider_batch, looker))
    return Pumps(
        all=(
            inbox,
            considering,
            Pump("enrollment", partial(wake_batch, opened.db, clock=opened.clock), WAKE_SECONDS),
            outbox,
            Pump("open", partial(reconcile, desk), RECONCILE_SECONDS),
            Pump("timers", partial(timers.run_due, opened.db, opened.clock), TIMER_SECONDS),
        ),
        wakes={"inbox": inbox.wake, "consideration": considering.wake, "outbox": outbox.wake},
    )
