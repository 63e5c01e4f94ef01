"""News of how something stood at a moment counts once: handled again, it would undo what was learned since."""

from collections.abc import Collection

from rekindle.inbox.desk import Desk, Done
from rekindle.inbox.kept import store
from rekindle.inbox.types import Job


async def before(desk: Desk, job: Job, *, unless: Collection[str] = ()) -> Done | None:
    """What this event did when it was handled before; None the first time, or when it did no more than `unless`."""
    known = await store.settled(desk.conn, desk.office_id, job.event_id)
    if known is None or known["outcome"] in unless or known["outcome"].startswith("nothing to do"):
        return None
    return Done(job, known["outcome"], known["lead_id"])
