"""The only place in the engine that calls a provider's send (a test walks the source for others)."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from rekindle.kit import log
from rekindle.kit.claims import LeaseLostError
from rekindle.kit.db import Unavailable
from rekindle.outbox import settle
from rekindle.outbox.claim import PAUSED, Ready
from rekindle.outbox.desk import Desk
from rekindle.providers.ports import Accepted, Fault, SendRefusedError, SendUncertainError
from rekindle.traffic.traffic import PausedError

logger = log.get("outbox")

AWAY_SECONDS = 1.0
MARGIN = 2.0  # seconds a provider's adapter may overrun its deadline before we cut it off
SETTLE_TRIES = (0.2, 0.5, 1.0, 2.0, 4.0)  # seconds; after these the message stays in flight and is reconciled


@dataclass(frozen=True)
class Uncertain:
    """Nobody knows whether it left."""

    code: str


Outcome = Accepted | SendRefusedError | Uncertain


async def send(desk: Desk, ready: Ready) -> Outcome | None:
    """Call the provider once, with no transaction open, and settle; None when it was too late to call."""
    latest = ready.lease.until - timedelta(seconds=desk.terms.deadline + MARGIN)
    if desk.clock.now() > latest:
        # We slept (a stopped process, a clock that jumped): somebody may already be asking whether it left.
        logger.warning("too late to send", message_id=str(ready.outgoing.message_id))
        return None
    outcome = await _call(desk, ready)
    await _settle(desk, ready, outcome)
    return outcome


async def _call(desk: Desk, ready: Ready) -> Outcome:
    office, sender, account = ready.outgoing.office_id, ready.route.sender, ready.route.account
    try:
        await desk.traffic.enter(office, sender.name, sender.limits(account))
    except PausedError as paused:
        left = max((paused.until - desk.clock.now()).total_seconds(), 0.0)
        return SendRefusedError(PAUSED, paused.why, permanent=False, retry_after=left)
    except Unavailable:
        # Nothing was asked of the provider, so it certainly has nothing: better said than left to be guessed.
        return SendRefusedError(PAUSED, "the database is away", permanent=False, retry_after=AWAY_SECONDS)
    outcome = await _ask(desk, ready)
    fault, wait, text = _fault_of(outcome)
    changed = await desk.traffic.leave(office, sender.name, fault, retry_after=wait, text=text)
    if changed is not None:
        await desk.tell(office, sender.name, changed)
    return outcome


async def _ask(desk: Desk, ready: Ready) -> Outcome:
    sender = ready.route.sender
    try:
        async with asyncio.timeout(desk.terms.deadline + MARGIN):
            return await sender.send(ready.outgoing, ready.route.account, deadline=desk.terms.deadline)
    except SendRefusedError as refused:
        return refused
    except SendUncertainError:
        return Uncertain("UNCERTAIN")
    except TimeoutError:
        return Uncertain("TIMEOUT")
    except Exception as error:  # noqa: BLE001 it may have sent before it broke: recorded as unknown
        logger.error("adapter broke", provider=sender.name, error=type(error).__name__)  # noqa: TRY400
        return Uncertain(type(error).__name__)


def _fault_of(outcome: Outcome) -> tuple[Fault | None, float | None, str]:
    if isinstance(outcome, Uncertain):
        return Fault.AWAY, None, outcome.code
    if isinstance(outcome, SendRefusedError):
        return outcome.fault, outcome.retry_after, outcome.text
    return None, None, ""


async def _settle(desk: Desk, ready: Ready, outcome: Outcome) -> None:
    office, message = ready.outgoing.office_id, ready.outgoing.message_id
    for pause in (*SETTLE_TRIES, None):
        try:
            await _write(desk, ready, office, message, outcome)
        except LeaseLostError:
            logger.warning("lease lost before settling", message_id=str(message))
        except Unavailable as error:
            logger.warning("cannot settle yet", message_id=str(message), error=type(error).__name__)
            if pause is not None:
                await asyncio.sleep(pause)
                continue
        return


async def _write(desk: Desk, ready: Ready, office: UUID, message: UUID, outcome: Outcome) -> None:
    if isinstance(outcome, Accepted):
        await settle.accepted(desk, office, message, outcome, provider=ready.route.sender.name)
    elif isinstance(outcome, SendRefusedError):
        await settle.refused(desk, office, message, ready.lease, outcome)
    else:
        await settle.uncertain(desk, office, message, ready.lease, code=outcome.code)
