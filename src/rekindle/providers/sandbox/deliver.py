"""Tells the engine what happened, as signed webhooks, again and again until it says 2xx."""

import asyncio
from dataclasses import dataclass

import httpx

from rekindle.kit import log
from rekindle.providers import standard_webhooks
from rekindle.providers.sandbox import store
from rekindle.providers.sandbox.chance import between, draw
from rekindle.providers.sandbox.http import Sandbox
from rekindle.providers.sandbox.store import Webhook

BATCH = 50
DEADLINE = 10.0
IDLE = 0.5
LONGEST = 30.0

logger = log.get("sandbox")


@dataclass(frozen=True)
class Postman:
    """Posts due webhooks to `{base_url}/hooks/{office}/sandbox`."""

    sandbox: Sandbox
    client: httpx.AsyncClient
    base_url: str

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: whatever is due, then wait for the next or for the bell."""
        while not stop.is_set():
            self.sandbox.bell.clear()
            if not await self.once():
                await self._rest(stop)

    async def once(self) -> int:
        """Post one batch of due webhooks; says how many there were."""
        now = self.sandbox.clock.now().timestamp()
        due = await self.sandbox.ledger.read(lambda conn: store.due_webhooks(conn, now=now, limit=BATCH))
        if not due:
            return 0
        waits = await asyncio.gather(*(self._post(webhook) for webhook in due))
        done = [webhook.id for webhook, wait in zip(due, waits, strict=True) if wait is None]
        later = [(now + wait, webhook.id) for webhook, wait in zip(due, waits, strict=True) if wait is not None]
        await self.sandbox.ledger.write(lambda conn: store.settle_webhooks(conn, done, later, now=now))
        return len(due)

    async def _post(self, webhook: Webhook) -> float | None:
        """None when the engine has it, else the seconds until the next try."""
        wait = self._wait(webhook)
        office = await self.sandbox.directory.by_id(webhook.office)
        if office is None:
            return wait
        signed = standard_webhooks.sign(
            webhook.body, event_id=webhook.event_id, at=self.sandbox.clock.now(), secret=office.sandbox_secret
        )
        url = f"{self.base_url}/hooks/{office.slug}/sandbox"
        headers = {**signed, "content-type": "application/json"}
        try:
            answer = await self.client.post(url, content=webhook.body, headers=headers, timeout=DEADLINE)
        except httpx.HTTPError as error:
            logger.info("webhook not delivered", office=office.slug, error=type(error).__name__)
            return wait
        if answer.is_success:
            return None
        logger.info("webhook not taken", office=office.slug, status=answer.status_code)
        return max(wait, retry_after(answer) or 0)

    def _wait(self, webhook: Webhook) -> float:
        share = draw(self.sandbox.rules.seed, webhook.event_id, webhook.attempts)
        return float(min(LONGEST, 0.2 * 2 ** min(webhook.attempts, 10))) * between(0.8, 1.2, share)

    async def _rest(self, stop: asyncio.Event) -> None:
        now = self.sandbox.clock.now().timestamp()
        due = await self.sandbox.ledger.read(store.next_due)
        rest = IDLE if due is None else min(max(due - now, 0.01), IDLE)
        waits = {asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self.sandbox.bell.wait())}
        await asyncio.wait(waits, timeout=rest, return_when=asyncio.FIRST_COMPLETED)
        for waiting in waits:
            waiting.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


def retry_after(answer: httpx.Response) -> float | None:
    """The seconds an answer asks to wait; None when it names none in seconds."""
    given: str = answer.headers.get("retry-after", "")
    return min(float(given), 3600.0) if given.isascii() and given.isdigit() else None
