"""A provider's app was removed from the office's account: its tokens are void, and people must know."""

from rekindle.alerts import notice
from rekindle.connections import store as connections
from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.kept.once import before
from rekindle.inbox.types import Job
from rekindle.providers.ports import Uninstalled


async def take(desk: Desk, job: Job, uninstalled: Uninstalled) -> Done:
    """Mark the connection as failing and tell the managers; what it knows is kept for the day it is connected again."""
    known = await before(desk, job)
    if known is not None:
        return known
    since = await connections.entered_at(desk.conn, desk.office_id, uninstalled.provider)
    if since is not None and since > job.received_at:
        return Done(job, "connected again since", None)
    note = "The app was uninstalled on the provider's side: connect it again."
    await connections.fail(desk.conn, desk.office_id, uninstalled.provider, note=note, at=desk.at)
    await notice.problem(
        desk.conn,
        desk.office_id,
        key=f"uninstalled:{uninstalled.provider}",
        text=f"{uninstalled.provider}: {note} Nothing comes in or leaves through it until then.",
        at=desk.at,
    )
    return Done(job, "uninstalled", None)
