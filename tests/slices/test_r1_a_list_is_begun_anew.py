"""A place in a provider's list that the provider no longer knows ends one comparison, not all that follow."""

from datetime import datetime, timedelta
from typing import Any

from rekindle.crm import store as polls
from rekindle.inbox.poll import OVERLAP, Poller, compare
from rekindle.kit.clock import HandClock
from rekindle.kit.crypto import Keyring
from rekindle.kit.db import Db
from rekindle.providers.ports import CallFailedError, CrmPage, Fault
from tests.slices.inbox_world import Outside, World

STALE = CallFailedError("422", "searchAfter is not valid", fault=Fault.MESSAGE)


class Forgetful(Outside):
    """A CRM whose list is long, and whose marks in it are not kept for long."""

    async def contacts(self, account: object, *, since: datetime, cursor: str, deadline: float) -> CrmPage:  # noqa: ARG002
        self.calls.append((since, cursor))
        if cursor == "old":
            raise STALE
        return CrmPage((), "" if len(self.calls) > 1 else "old")

    async def messages(self, *_: Any, **__: Any) -> CrmPage:
        return CrmPage((), "")


async def test_the_next_comparison_begins_at_the_beginning_again(
    db: Db, office_id: Any, clock: HandClock, keyring: Keyring
) -> None:
    w, crm, begun = World(db, office_id, clock, keyring), Forgetful(), clock.now()
    await w.connect()
    poller = Poller(db, clock, w.line, {"brook": crm}, w.sources)  # type: ignore[dict-item]
    assert (await compare(poller, office_id, "brook"))["contacts"].note != ""
    clock.advance(timedelta(minutes=2))
    assert (await compare(poller, office_id, "brook"))["contacts"].note == ""
    assert crm.calls == [(begun - OVERLAP, ""), (begun - OVERLAP, "old"), (begun - OVERLAP, "")]
    async with db.office(office_id) as conn:
        stands = await polls.poll(conn, office_id, "brook", "contacts")
    assert stands is not None
    assert stands["done_until"] == clock.now()
