"""Tells the engine what happened, as signed webhooks, again and again until it says 2xx."""

import asyncio
from dataclasses import dataclass

from rekindle.kit import log
from rekindle.providers import standard_webhooks
from rekindle.providers.sandbox import store
from rekindle.providers.sandbox.chance import between, draw
from rekindle.providers.sandbox.http import Sandbox
from rekindle.providers.sandbox.lines import AwayError, Lines
from rekindle.providers.sandbox.store import Webhook

BATCH = 50
DEADLINE = 10.0
SHORTEST = 0.02
IDLE = 0.5
LONGEST = 30.0
AWAY = 0.1
LONGEST_AWAY = 5.0

logger = log.get("sandbox")


@dataclass(frozen=True)
class Outcome:
    """What became of one post; `wait`: the seconds the engine asked for."""

    answered: bool
    taken: bool = False
    wait: float = 0


@dataclass(frozen=True)
class Postman:
    """Posts due webhooks to `{base_url}/hooks/{office}/sandbox`."""

    sandbox: Sandbox
    lines: Lines

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: whatever is due, then wait for the next or for the bell; longer while the engine is away."""
        away = 0
        while not stop.is_set():
            self.sandbox.bell.clear()
            posted = await self.once()
            if posted and not any(outcome.answered for outcome in posted):
                away += 1
                if away == 1:
                    logger.info("the engine is away; its webhooks wait", count=len(posted))
                await _first_of(stop, seconds=min(LONGEST_AWAY, AWAY * 2 ** min(away, 10)))
            elif posted:
                away = 0
            else:
                await self._rest(stop)

    async def once(self) -> list[Outcome]:
        """Post one batch of due webhooks; what became of each."""
        now = self.sandbox.clock.now().timestamp()
        due = await self.sandbox.ledger.read(lambda conn: store.due_webhooks(conn, now=now, limit=BATCH))
        if not due:
            return []
        outcomes = await asyncio.gather(*(self._post(webhook) for webhook in due))
        done = [webhook.id for webhook, outcome in zip(due, outcomes, strict=True) if outcome.taken]
        later = [
            (now + max(self._wait(webhook), outcome.wait), webhook.id)
            for webhook, outcome in zip(due, outcomes, strict=True)
            if not outcome.taken
        ]
        await self.sandbox.ledger.write(lambda conn: store.settle_webhooks(conn, done, later, now=now))
        return outcomes

    async def _post(self, webhook: Webhook) -> Outcome:
        office = await self.sandbox.directory.by_id(webhook.office)
        if office is None:
            return Outcome(answered=False)
        signed = standard_webhooks.sign(
            webhook.body, event_id=webhook.event_id, at=self.sandbox.clock.now(), secret=office.sandbox_secret
        )
        headers = {**signed, "content-type": "application/json"}
        try:
            answer = await self.lines.request(
                "POST", f"/hooks/{office.slug}/sandbox", headers=headers, body=webhook.body, deadline=DEADLINE
            )
        except AwayError:
            return Outcome(answered=False)
        if not answer.good:
            logger.info("webhook not taken", office=office.slug, status=answer.status)
        return Outcome(answered=True, taken=answer.good, wait=answer.retry_after or 0)

    def _wait(self, webhook: Webhook) -> float:
        share = draw(self.sandbox.rules.seed, webhook.event_id, webhook.attempts)
        return float(min(LONGEST, 0.2 * 2 ** min(webhook.attempts, 10))) * between(0.8, 1.2, share)

    async def _rest(self, stop: asyncio.Event) -> None:
        now = self.sandbox.clock.now().timestamp()
        due = await self.sandbox.ledger.read(store.next_due)
        rest = IDLE if due is None else min(max(due - now, SHORTEST), IDLE)
        await _first_of(stop, self.sandbox.bell, seconds=rest)


async def _first_of(*events: asyncio.Event, seconds: float) -> None:
    waits = {asyncio.ensure_future(event.wait()) for event in events}
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for waiting in waits:
        waiting.cancel()
    await asyncio.gather(*waits, return_exceptions=True)
