"""A provider's own list says no: an unsubscribe link of theirs, a spam report, a carrier's block, a dead mailbox."""

from uuid import UUID

from rekindle.alerts import notice
from rekindle.consent.leave import leave
from rekindle.consent.suppress import suppress
from rekindle.content import threads
from rekindle.decide.words import Channel, Lane
from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.kept import store as kept
from rekindle.inbox.said import KINDS
from rekindle.inbox.types import Job
from rekindle.kit.crypto import address_hash
from rekindle.leads import identity
from rekindle.leads import store as leads
from rekindle.leads.ask import ask
from rekindle.leads.find import by_address
from rekindle.outbox import store as outbox
from rekindle.outbox.cancel import cancel_planned
from rekindle.providers.ports import OptedOut, UnparsableError
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

REASON = "unsubscribed"
UNREACHABLE = "unreachable"


async def take(desk: Desk, job: Job, opted: OptedOut) -> Done:
    """Block the address on the channels named; works for addresses that are nobody's. Raises UnparsableError."""
    address = await _address(desk, opted)
    lead_id = await _lead(desk, address)
    digest = address_hash(desk.office_key, address)
    if await kept.closed_by(desk.conn, desk.office_id, job.event_id, address=address, digest=digest):
        return Done(job, _outcome(opted), lead_id)  # handled again: who came back since is not closed out anew
    closed = await (_dead if opted.dead else _left)(desk, job, opted, address, lead_id)
    if closed and lead_id is not None:
        reason = UNREACHABLE if opted.dead else REASON
        await cancel_planned(desk.conn, desk.office_id, lead_id, reason=reason, at=desk.at, channels=closed)
        await ask(desk.conn, desk.office_id, [lead_id], lane=Lane.STEP, cause=reason, at=desk.at)
    if opted.complaint and closed:
        await notice.problem(
            desk.conn,
            desk.office_id,
            key=f"complaint:{job.event_id}",
            lead_id=lead_id,
            text="A lead reported our e-mail as spam. Nothing more is sent to them.",
            at=desk.at,
        )
    return Done(job, _outcome(opted), lead_id)


def _outcome(opted: OptedOut) -> str:
    return f"{'dead address' if opted.dead else 'opted out'}: {opted.rule}"


async def _address(desk: Desk, opted: OptedOut) -> str:
    """The address our own token speaks of; else the one named, normalised."""
    message_id = threads.read(desk.office_key, opted.token) if opted.token else None
    message = await outbox.get(desk.conn, desk.office_id, message_id) if message_id else None
    if message is not None:
        return message.address
    found = identity.email(opted.address) if "@" in opted.address else identity.phone(opted.address)
    if found is None:
        raise UnparsableError("the opt-out names no usable address")
    return found


async def _lead(desk: Desk, address: str) -> UUID | None:
    lead_id = await by_address(desk.conn, desk.office_id, "email" if "@" in address else "phone", address)
    return None if lead_id is None else (await leads.lock(desk.conn, desk.office_id, lead_id)).id


async def _left(desk: Desk, job: Job, opted: OptedOut, address: str, lead_id: UUID | None) -> frozenset[Channel]:
    """Consent taken back; a complaint about one channel closes the lead's addresses on all the channels it names."""
    points = await leads.points_of(desk.conn, desk.office_id, lead_id) if lead_id else []
    own = Channel.EMAIL if "@" in address else Channel.SMS
    closed: set[Channel] = set()
    for channel in sorted(opted.channels):
        others = [point.value for point in points if point.kind == KINDS[channel]] if channel is not own else []
        for each in [address] if channel is own else others:
            closed |= await leave(
                desk.conn,
                desk.office_id,
                desk.office_key,
                channels=frozenset({channel}),
                address=each,
                reason=REASON,
                rule=opted.rule,
                lead_id=lead_id,
                event_id=job.event_id,
                evidence={"via": opted.rule},
                at=desk.at,
                said_at=min(opted.at or desk.at, desk.at),
            )
    return frozenset(closed)


async def _dead(desk: Desk, job: Job, opted: OptedOut, address: str, lead_id: UUID | None) -> frozenset[Channel]:
    """Blocked like a no, but consent stands: the lead may give another address."""
    closed = await suppress(
        desk.conn,
        desk.office_id,
        desk.office_key,
        channels=opted.channels,
        address=address,
        reason=UNREACHABLE,
        rule=opted.rule,
        event_id=job.event_id,
        at=desk.at,
    )
    if closed and lead_id is not None:
        line = {"channels": sorted(closed), "address": address, "reason": UNREACHABLE, "rule": opted.rule}
        actor = f"provider:{job.source.partition('-')[0]}"
        await timeline.append(desk.conn, desk.office_id, lead_id, Kind.SUPPRESSED, line, at=desk.at, actor=actor)
    return closed
