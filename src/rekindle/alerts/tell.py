"""Carry a notice to where staff look: Slack, e-mail, whatever the office has connected. Once a cause, not a count."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from rekindle.alerts import store
from rekindle.alerts.types import Kind as NoticeKind
from rekindle.errands import ask as errands
from rekindle.errands.line import Line
from rekindle.errands.run import DEADLINE
from rekindle.errands.types import Errand, Handler, HopelessError, Kind
from rekindle.kit.clock import Clock
from rekindle.kit.db import Db
from rekindle.providers.ports import Account, Notifier, StaffNotice

AGAIN = timedelta(minutes=30)  # an unseen notice that keeps counting rings again only after so long
TITLES = {
    NoticeKind.HANDOFF: "A lead wants you",
    NoticeKind.UNCOVERED: "A lead wants a person and nobody is available",
    NoticeKind.ASSIGNED: "A lead is yours",
    NoticeKind.REPLY: "A lead wrote",
    NoticeKind.PROBLEM: "Something needs mending",
}


def handler(db: Db, clock: Clock, line: Line, notifiers: Mapping[str, Notifier], base_url: str) -> Handler:
    """Runs errands of kind NOTICE: first one that finds out who carries it, then one a carrier, each on its own."""

    async def run(errand: Errand) -> str:
        notice_id = UUID(errand.payload["notice_id"])
        provider = errand.payload.get("provider")
        return await (_spread(errand, notice_id) if provider is None else _tell(errand, notice_id, provider))

    async def _spread(errand: Errand, notice_id: UUID) -> str:
        held = await line.accounts.of(errand.office_id)
        carriers = sorted(set(notifiers) & set(held.accounts)) if held else []
        at = clock.now()
        async with db.office(errand.office_id) as conn:
            if not carriers or not await store.begin_telling(conn, errand.office_id, notice_id, quiet=AGAIN, at=at):
                return "nobody to carry it, or told a moment ago"
            for carrier in carriers:
                payload = {"notice_id": str(notice_id), "provider": carrier}
                await errands.ask(conn, errand.office_id, Kind.NOTICE, f"{notice_id}:{carrier}", payload, at=at)
        return f"by {', '.join(carriers)}"

    async def _tell(errand: Errand, notice_id: UUID, provider: str) -> str:
        notifier = notifiers.get(provider)
        if notifier is None:
            raise HopelessError(f"nothing is wired in that tells by {provider}")
        async with db.office(errand.office_id) as conn:
            row = await store.to_tell(conn, errand.office_id, notice_id)
        if row is None:
            return "seen meanwhile"
        path = f"/leads/{row['lead_id']}" if row["lead_id"] else "/"
        kind = NoticeKind(row["kind"])
        said = StaffNotice(row["office"], TITLES[kind], row["text"], base_url + path, tuple(row["emails"]), row["key"])

        async def work(account: Account) -> None:
            await notifier.tell(said, account, deadline=DEADLINE)

        await line.call(errand.office_id, provider, notifier.limits, work)
        return "told"

    return run
