"""Take the most urgent due message and ask the gate again, with everything as it is now (T5: one transaction)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from rekindle.alerts.notice import problem, settle
from rekindle.decide import gate
from rekindle.decide.words import Channel, Lane, MessageState, Verdict
from rekindle.facts import load as facts
from rekindle.kit import log
from rekindle.kit.claims import MAX_ATTEMPTS, Lease, backoff
from rekindle.kit.db import Conn, Unavailable
from rekindle.leads.ask import ask
from rekindle.office.keys import office_key
from rekindle.outbox import ending, store
from rekindle.outbox.attempt import attempt_of, outgoing_of, reply_address, window_end
from rekindle.outbox.desk import Desk
from rekindle.outbox.record import Held, Judged, record, tell_held
from rekindle.outbox.routes import Route
from rekindle.outbox.types import FromAddresses, Message
from rekindle.policy import load as policies
from rekindle.providers.ports import Outgoing

logger = log.get("outbox")

SHORTEST_HOLD = timedelta(seconds=30)  # a gate that says "hold until now" must not spin the pump
LAST_ATTEMPT = MAX_ATTEMPTS - 1  # one is left for the day it can be judged
BLIND_HOLD = timedelta(minutes=15)  # a hold that names no end
NO_PROVIDER = "NO_PROVIDER"
PAUSED = "PROVIDER_PAUSED"
FILTERED = "TEMPLATE_FILTERED"
FILTERED_HOLD = timedelta(days=1)


@dataclass(frozen=True)
class Ready:
    """In flight by our books: the caller must call the provider once, now, and settle."""

    outgoing: Outgoing
    lane: Lane
    lease: Lease
    route: Route


@dataclass(frozen=True)
class Turned:
    """The gate, or its age, kept the message from leaving; its row says why."""

    verdict: Verdict
    lane: Lane


async def take(desk: Desk, office_id: UUID, *, lowest: Lane = Lane.BULK) -> Ready | Turned | None:
    """Claim one due message down to lane `lowest`; None when nothing is due that nobody else works on."""
    at = desk.clock.now()
    routes = await desk.routes.of(office_id)
    for route in routes.values():
        await desk.traffic.look(office_id, route.sender.name)
    message: Message | None = None
    try:
        async with desk.db.office(office_id) as conn:
            found = await store.take_due(conn, office_id, lowest=lowest, at=at)
            if found is None:
                return None
            message, sender = found
            return await _judge(conn, desk, office_id, message, sender, routes=routes, at=at)
    except Unavailable:
        raise
    except Exception as error:
        if message is None:
            raise
        # One lead whose facts cannot be read must not stop the queue; its message tells what happened.
        logger.error("claim failed", message_id=str(message.id), error=type(error).__name__)  # noqa: TRY400 its text may hold rows
        await _put_off(desk, office_id, message.id, type(error).__name__, at=at)
        return Turned(Verdict.HOLD, message.lane)


async def _judge(
    conn: Conn,
    desk: Desk,
    office_id: UUID,
    message: Message,
    sender: FromAddresses,
    *,
    routes: Mapping[Channel, Route],
    at: datetime,
) -> Ready | Turned:
    if message.expires_at is not None and message.expires_at <= at:
        await _turn_away(conn, office_id, message, code="EXPIRED", text="It was not worth sending any more.", at=at)
        return Turned(Verdict.DENY, message.lane)
    route = routes.get(message.channel)
    if route is None:
        await _hold_without_provider(conn, office_id, message, at=at)
        return Turned(Verdict.HOLD, message.lane)
    held = await _filtered_until(conn, office_id, message)
    if held is not None and held > at:
        text = "Carriers took these very words for spam: they wait a day, or until the template is changed."
        await _hold(conn, office_id, message, held, code=FILTERED, text=text)
        return Turned(Verdict.HOLD, message.lane)
    if message.error_code == NO_PROVIDER:
        await settle(conn, office_id, _no_provider_key(message), by=None, at=at)
    paused = desk.traffic.paused_until(office_id, route.sender.name, route.sender.limits(route.account))
    if paused is not None and paused > at:
        # No decision is worth recording while nothing can leave; the gate is asked when it can.
        text = f"{route.sender.name} takes nothing at the moment."
        await _hold(conn, office_id, message, paused, code=PAUSED, text=text)
        return Turned(Verdict.HOLD, message.lane)
    key = await office_key(conn, office_id, desk.keyring)
    known = await facts.load(conn, office_id, message.lead_id, at=at, office_key=key)
    policy = policies.active(at)
    attempt = attempt_of(message, known)
    answer = gate.check(known, attempt, policy, at=at)
    why = await record(conn, office_id, message, Judged(known, attempt, policy.version, answer), at=at)
    if answer.verdict is Verdict.ALLOW:
        lease = Lease.take(at, desk.terms.lease)
        await store.set_in_flight(conn, office_id, message.id, lease=lease, provider=route.sender.name, at=at)
        ends = window_end(message, known, policy, at)
        replies = reply_address(key, message, route.replies)
        leaving = replace(message, in_flight_at=at)
        going = outgoing_of(desk, office_id, leaving, sender, not_after=ends, replies=replies)
        return Ready(going, message.lane, lease, route)
    if answer.verdict is Verdict.HOLD:
        until = max(answer.until or at + BLIND_HOLD, at + SHORTEST_HOLD)
        await _hold(conn, office_id, message, until, code=answer.code, text=why)
    else:
        await _turn_away(conn, office_id, message, code=answer.code, text=why, at=at)
    return Turned(answer.verdict, message.lane)


async def _filtered_until(conn: Conn, office_id: UUID, message: Message) -> datetime | None:
    """Until when the words of this text's template are held after a carrier filtered them (Twilio: 30007)."""
    if message.channel is not Channel.SMS or message.template is None:
        return None
    last = await store.filtered_at(conn, office_id, message)
    return None if last is None else last + FILTERED_HOLD


async def _hold(conn: Conn, office_id: UUID, message: Message, until: datetime, *, code: str, text: str) -> None:
    await store.put_back(conn, office_id, message.id, due_at=until, attempts=message.attempts, code=code, text=text)


async def _hold_without_provider(conn: Conn, office_id: UUID, message: Message, *, at: datetime) -> None:
    """Nothing is wrong with the message: the managers are told what is missing, and the lead's page why it waits."""
    what, name = {Channel.SMS: ("Texts", "SMS"), Channel.EMAIL: ("E-mails", "e-mail")}[message.channel]
    held = Held(NO_PROVIDER, f"No provider is connected for {name}.", at + BLIND_HOLD)
    if await tell_held(conn, office_id, message, held, at=at):
        await problem(
            conn,
            office_id,
            key=_no_provider_key(message),
            text=f"{what} cannot leave: no provider is connected for {name}.",
            at=at,
        )
    await _hold(conn, office_id, message, at + BLIND_HOLD, code=held.code, text=held.text)


def _no_provider_key(message: Message) -> str:
    return f"no-provider:{message.channel.value}"


async def _turn_away(conn: Conn, office_id: UUID, message: Message, *, code: str, text: str, at: datetime) -> None:
    await ending.cancel(conn, office_id, message, code=code, text=text, at=at)
    await ask(conn, office_id, [message.lead_id], lane=message.lane, cause="canceled", at=at)


async def _put_off(desk: Desk, office_id: UUID, message_id: UUID, error: str, *, at: datetime) -> None:
    """It could not be judged (a broken row, no policy pack): not sent, not failed, told to a person before long."""
    async with desk.db.office(office_id) as conn:
        message = await store.lock(conn, office_id, message_id)
        if message is None or message.state is not MessageState.PLANNED:
            return
        attempts = min(message.attempts + 1, LAST_ATTEMPT)
        due = at + backoff(attempts, desk.chance())
        await store.put_back(
            conn, office_id, message_id, due_at=due, attempts=attempts, code="CLAIM_FAILED", text=error
        )
        if attempts == LAST_ATTEMPT:
            await problem(
                conn,
                office_id,
                key=f"claim:{message_id}",
                lead_id=message.lead_id,
                text=f"A planned message waits because it cannot be judged ({error}).",
                at=at,
            )
