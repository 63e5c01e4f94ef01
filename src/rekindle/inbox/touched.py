"""A lead opened or clicked: kept as a signal, once however often it is told; a decision only when surely a person's."""

from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from rekindle.decide.words import Lane
from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.types import Job
from rekindle.leads.ask import ask
from rekindle.outbox.types import Message
from rekindle.providers.ports import Touched
from rekindle.receipts.find import message_of
from rekindle.signals import store as signals
from rekindle.timeline import store as timeline
from rekindle.timeline.types import Kind

# Mail scanners follow every link the moment a mail arrives; people take longer.
SCANNERS_TAKE = timedelta(seconds=20)
CLICK = "click"


async def take(desk: Desk, job: Job, touched: Touched) -> Done:
    """Keep it; raises receipts' UnknownMessageError when the message is not ours."""
    message = await message_of(
        desk.conn,
        desk.office_id,
        message_id=touched.message_id,
        key=touched.key,
        provider=touched.provider,
        provider_id=touched.provider_id,
        event=touched.external_id,
    )
    human = touched.act == CLICK and (touched.human or _took_its_time(touched, message))
    new = await signals.save_once(
        desk.conn,
        desk.office_id,
        message.lead_id,
        uuid5(NAMESPACE_URL, f"{desk.office_id}:{touched.provider}:{touched.external_id}"),
        kind=f"email_{touched.act}",
        value={"message_id": str(message.id), "human": human, "url": touched.url},
        source=touched.provider,
        version="1",
        at=min(touched.at or desk.at, desk.at),
    )
    if new and human:
        line = {"message_id": str(message.id), "act": touched.act}
        await timeline.append(
            desk.conn, desk.office_id, message.lead_id, Kind.TOUCHED, line, at=desk.at, actor=timeline.LEAD
        )
        await ask(desk.conn, desk.office_id, [message.lead_id], lane=Lane.STEP, cause="touched", at=desk.at)
    return Done(job, f"{touched.act}{'' if human else ' (perhaps a machine)'}", message.lead_id)


def _took_its_time(touched: Touched, message: Message) -> bool:
    arrived = message.delivered_at or message.accepted_at
    return bool(touched.at and arrived and touched.at - arrived > SCANNERS_TAKE)
